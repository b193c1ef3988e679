/** The policy epoch as this process knows it; every question that may be a second old shares one answer. */
import type { PolicyStore } from './stores.ts'

const RECENT_MS = 1_000

export interface Epochs {
  /** Asked now. */
  current(): Promise<number>
  /** At most a second old. */
  recent(): Promise<number>
}

export function createEpochs(policy: Pick<PolicyStore, 'epoch'>, now: () => number): Epochs {
  let known: { readonly answer: Promise<number>; readonly askedAt: number } | undefined
  const current = (): Promise<number> => {
    const asked = { answer: policy.epoch(), askedAt: now() }
    known = asked
    asked.answer.catch(() => {
      if (known === asked) known = undefined
    })
    return asked.answer
  }
  // A clock that was set back makes no answer recent.
  const isRecent = (askedAt: number): boolean => now() >= askedAt && now() - askedAt < RECENT_MS
  return { current, recent: () => (known && isRecent(known.askedAt) ? known.answer : current()) }
}
