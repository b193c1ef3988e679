/** A registry on a real database for tests, with a tracking and an identity that say what the test wants. */
import { createAccess } from '#shared/access.ts'
import type { ProjectRef } from '#shared/actor.ts'
import { unavailable } from '#shared/errors.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { newTestDatabase } from '#shared/testing/database.ts'
import type { Ports, TrackingPort } from '#ports'
import { createRegistry, type RegistryDeps, type RegistrySubsystem } from '#registry/subsystem.ts'

export const log = createLog({ service: 'test', level: 'silent' })
export const testSecretKey = Buffer.alloc(32, 7)

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
  /** Another process on the same database, after this one. */
  restart(webhooks?: RegistryDeps['webhooks']): Promise<TestRegistry>
  /** Another process on the same database, beside this one. Stop it before this one. */
  beside(): Promise<RegistrySubsystem>
  stop(): Promise<void>
}

interface Surroundings {
  readonly url: string
  readonly projects: ProjectRef[]
  readonly tracking: FakeTracking
  readonly clock: { at: number }
  readonly drop: () => Promise<void>
  readonly webhooks?: RegistryDeps['webhooks']
}

async function open(surroundings: Surroundings): Promise<TestRegistry> {
  const { url, projects, tracking, clock, drop, webhooks } = surroundings
  const identity: Ports['identity'] = {
    authenticate: async () => null,
    epoch: async () => 1,
    snapshot: () => Promise.reject(new Error('tests bring their actors along')),
    projects: async () => projects,
  }
  const beside = async (): Promise<RegistrySubsystem> => {
    const made = await createRegistry({
      databaseUrl: url,
      log,
      publicUrl: () => 'http://sluice.test',
      access: createAccess(identity),
      ports: () => ({ identity, tracking }),
      secretKey: testSecretKey,
      now: () => clock.at++,
      ...(webhooks ? { webhooks } : {}),
    })
    await made.migrate()
    return made
  }
  const registry = await beside()
  return {
    registry,
    tracking,
    projects,
    url,
    clock,
    beside,
    async restart(changed = webhooks) {
      await registry.stop()
      return open({ ...surroundings, ...(changed ? { webhooks: changed } : {}) })
    },
    async stop() {
      await registry.stop()
      await drop()
    },
  }
}

/** Time stands still but for one millisecond a call, so that orders by time are certain. */
export async function newTestRegistry(projects: ProjectRef[], webhooks?: RegistryDeps['webhooks']): Promise<TestRegistry> {
  const database = await newTestDatabase()
  return open({ url: database.url, projects, tracking: fakeTracking(), clock: { at: 1_800_000_000_000 }, drop: () => database.drop(), ...(webhooks ? { webhooks } : {}) })
}
