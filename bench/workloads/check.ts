/** A wrong answer is not worth timing. */
export function check(isRight: boolean, what: string): asserts isRight {
  if (!isRight) throw new Error(`wrong answer: ${what}`)
}
