/**
 * Points that were logged one at a time lie in chunks of one point: dear on disk and slow to read. Runs that have been
 * quiet for a while are compacted in the background; nothing waits for it, and a run that is missed is only slower.
 */
import type { ProjectRef } from '#shared/actor.ts'
import type { Log } from '#shared/telemetry/log.ts'
import type { Projects } from '#tracking/store/project-statements.ts'

export interface Compaction {
  /** Called for every single point that was stored. */
  noteSingle(project: ProjectRef, position: bigint): void
  /** Compacts runs that are quiet. Answers how many chunks went. */
  compactQuiet(): Promise<number>
  start(): void
  stop(): void
}

interface Noted {
  readonly project: ProjectRef
  readonly position: bigint
  singles: number
  lastAt: number
}

/** Longer than any client retries: afterwards no request comes again. */
const QUIET_MS = 15 * 60_000
const EVERY_MS = 60_000
/** Chunks of one series that are not worth merging. */
const FEW_CHUNKS = 64
const MAX_NOTED = 100_000

export function createCompaction(projects: Projects, log: Pick<Log, 'warn'>, now: () => number = Date.now): Compaction {
  const noted = new Map<string, Noted>()
  let timer: NodeJS.Timeout | undefined
  let isBusy = false

  const compactQuiet = async (): Promise<number> => {
    let removed = 0
    for (const [id, run] of noted) {
      if (now() - run.lastAt < QUIET_MS) continue
      noted.delete(id)
      if (run.singles <= FEW_CHUNKS) continue
      const at = await projects.inProject(run.project)
      const [row] = await at.query<{ removed: string }>({
        name: 'run.compact',
        text: 'SELECT compact_run($1::int, $2::bigint, $3::int) AS removed',
        values: [at.projectId, run.position.toString(), FEW_CHUNKS],
      })
      removed += Number(row?.removed ?? 0)
    }
    return removed
  }
  const round = async (): Promise<void> => {
    if (isBusy) return
    isBusy = true
    try {
      await compactQuiet()
    } catch (error) {
      log.warn({ err: error }, 'compaction failed')
    } finally {
      isBusy = false
    }
  }

  return {
    noteSingle(project, position) {
      const id = `${project.id}/${position}`
      const run = noted.get(id)
      if (run) {
        run.singles++
        run.lastAt = now()
      } else if (noted.size < MAX_NOTED) noted.set(id, { project, position, singles: 1, lastAt: now() })
    },
    compactQuiet,
    start() {
      timer ??= setInterval(() => void round(), EVERY_MS).unref()
    },
    stop() {
      clearInterval(timer)
      timer = undefined
    },
  }
}
