/** A registry on a real database for tests, with a tracking and an identity that say what the test wants. */
import { createAccess } from '#shared/access.ts'
import type { ProjectRef } from '#shared/actor.ts'
import { unavailable } from '#shared/errors.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { newTestDatabase } from '#shared/testing/database.ts'
import type { Ports, TrackingPort } from '#ports'
import { createRegistry, type RegistrySubsystem } from '#registry/subsystem.ts'

export const log = createLog({ service: 'test', level: 'silent' })

type Located = NonNullable<Awaited<ReturnType<TrackingPort['modelSource']>>>

export interface FakeTracking extends TrackingPort {
  /** What the project has under a source; anything else is nothing. */
  readonly sources: Map<string, Located>
  readonly runs: Set<string>
  /** Every source that was asked about. */
  readonly asked: string[]
  down: boolean
}

export const sourceKey = (projectId: string, source: string): string => `${projectId} ${source}`

export function fakeTracking(): FakeTracking {
  const tracking: FakeTracking = {
    sources: new Map(),
    runs: new Set(),
    asked: [],
    down: false,
    async run(_projectId, runId) {
      return tracking.runs.has(runId) ? { runId, experimentId: '0', artifactUri: 'mlflow-artifacts:/0', active: true } : null
    },
    async modelSource(project, source) {
      tracking.asked.push(source)
      if (tracking.down) throw unavailable('tracking')
      return tracking.sources.get(sourceKey(project.id, source)) ?? null
    },
  }
  return tracking
}

export interface TestRegistry {
  readonly registry: RegistrySubsystem
  readonly tracking: FakeTracking
  readonly projects: ProjectRef[]
  readonly url: string
  /** Moves the clock of this registry. */
  readonly clock: { at: number }
  /** Another process on the same database. */
  restart(): Promise<TestRegistry>
  stop(): Promise<void>
}

async function open(url: string, projects: ProjectRef[], tracking: FakeTracking, clock: { at: number }, drop: () => Promise<void>): Promise<TestRegistry> {
  const identity: Ports['identity'] = {
    authenticate: async () => null,
    epoch: async () => 1,
    snapshot: () => Promise.reject(new Error('tests bring their actors along')),
    projects: async () => projects,
  }
  const registry = await createRegistry({ databaseUrl: url, log, publicUrl: () => 'http://sluice.test', access: createAccess(identity), ports: () => ({ identity, tracking }), now: () => clock.at++ })
  await registry.migrate()
  return {
    registry,
    tracking,
    projects,
    url,
    clock,
    async restart() {
      await registry.stop()
      return open(url, projects, tracking, clock, drop)
    },
    async stop() {
      await registry.stop()
      await drop()
    },
  }
}

/** Time stands still but for one millisecond a call, so that orders by time are certain. */
export async function newTestRegistry(projects: ProjectRef[]): Promise<TestRegistry> {
  const database = await newTestDatabase()
  return open(database.url, projects, fakeTracking(), { at: 1_800_000_000_000 }, () => database.drop())
}
