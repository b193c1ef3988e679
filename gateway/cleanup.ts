/** What must be undone when Sluice stops, in reverse order of what was done. Running it twice undoes once. */
import type { Log } from '#shared/telemetry/log.ts'

export interface Cleanup {
  defer(what: string, undo: () => Promise<unknown>): void
  /** Undoes everything, one after the other; a step that fails is logged and does not stop the rest. */
  run(): Promise<void>
}

export function createCleanup(log: Log): Cleanup {
  const steps: { readonly what: string; readonly undo: () => Promise<unknown> }[] = []
  let running: Promise<void> | undefined
  const runAll = async (): Promise<void> => {
    for (let step = steps.pop(); step; step = steps.pop()) {
      log.debug({ what: step.what }, 'stopping')
      try {
        await step.undo()
      } catch (error) {
        log.error({ err: error, what: step.what }, 'could not be stopped cleanly')
      }
    }
  }
  return {
    defer: (what, undo) => void steps.push({ what, undo }),
    run: () => (running ??= runAll()),
  }
}
