/** For tests of identity: every dialect that can run here, and a started subsystem with people in it. */
import { randomBytes } from 'node:crypto'
import { createAccess } from '#shared/access.ts'
import type { Actor } from '#shared/actor.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { newTestDatabase } from '#shared/testing/database.ts'
import { hasMariadb, startMariadb } from '#shared/testing/mariadb.ts'
import { createIdentity, type IdentityDeps, type IdentitySubsystem } from './subsystem.ts'

export const ADMIN_PASSWORD = 'a-rather-long-secret'
export const log = createLog({ service: 'test', level: process.env['SLUICE_TEST_LOG'] ?? 'silent' })
export const secretKey = randomBytes(32)

export interface DialectServer {
  /** An empty database; the one before is gone on MariaDB, where the names are fixed. */
  fresh(): Promise<string>
  stop(): Promise<void>
}
export interface DialectUnderTest {
  readonly name: 'PostgreSQL' | 'MariaDB'
  open(): Promise<DialectServer>
}

const postgresql: DialectUnderTest = {
  name: 'PostgreSQL',
  async open() {
    const made: { drop(): Promise<void> }[] = []
    return {
      async fresh() {
        const database = await newTestDatabase()
        made.push(database)
        return database.url
      },
      async stop() {
        for (const database of made) await database.drop()
      },
    }
  },
}
const mariadb: DialectUnderTest = {
  name: 'MariaDB',
  async open() {
    const server = await startMariadb()
    return {
      async fresh() {
        await server.dropDatabases('auth', 'identity')
        return server.url
      },
      stop: () => server.stop(),
    }
  },
}
export const dialects: readonly DialectUnderTest[] = hasMariadb() ? [postgresql, mariadb] : [postgresql]

/** One process's identity, with the access that its gateway would have. */
export interface RunningIdentity {
  readonly identity: IdentitySubsystem
  actorOf(userId: string): Promise<Actor>
  stop(): Promise<void>
}

export async function startIdentity(databaseUrl: string, options: Partial<IdentityDeps> = {}): Promise<RunningIdentity> {
  const access = createAccess({ epoch: () => identity.ports.epoch(), snapshot: (id) => identity.ports.snapshot(id) })
  const identity = await createIdentity({
    access,
    log,
    publicUrl: () => 'http://127.0.0.1:3000',
    databaseUrl,
    adminPassword: ADMIN_PASSWORD,
    secretKey,
    ports: () => ({ platform: { health: async () => [{ service: 'identity', ok: true, dependencies: await identity.health() }] } }),
    ...options,
  })
  await identity.migrate()
  await identity.start()
  return {
    identity,
    actorOf: (userId) => access.actorOf({ principalId: userId, subjectId: userId, kind: 'user', ceiling: null, requestId: 'test' }, 'write'),
    stop: () => identity.stop(),
  }
}
