/** What no dataset's columns may be, whatever the format. */
import { limits } from '#datasets/domain/limits.ts'
import { FileProblem } from '#datasets/store/file-problem.ts'

export function refuseCount(count: number): void {
  if (count === 0) throw new FileProblem('The file has no columns.')
  if (count > limits.columns) throw new FileProblem(`The file has ${count} columns; a dataset has at most ${limits.columns}.`)
}

export function refuseNames(names: readonly string[]): void {
  for (const [i, name] of names.entries()) {
    if (name.length > limits.columnNameCharacters) throw new FileProblem(`The name of column ${i + 1} is longer than ${limits.columnNameCharacters} characters.`)
    if (/\0|\p{Cs}/u.test(name)) throw new FileProblem(`The name of column ${i + 1} holds a NUL or a broken character.`)
  }
}
