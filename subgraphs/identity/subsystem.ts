/** Identity: people, projects, who may do what, and the credentials that prove it. The only file others may import. */
import { readFileSync } from 'node:fs'
import type { Actor } from '#shared/actor.ts'
import { repositoryPath } from '#shared/paths.ts'
import type { CommonDeps, Subsystem } from '#shared/subsystem.ts'
import type { IdentityPort, Ports } from '#ports'
import { createAuthentication } from './domain/authentication.ts'
import { createEpochs } from './domain/epochs.ts'
import { firstStart } from './domain/first-start.ts'
import { replaceOperatorToken } from './domain/operator-token.ts'
import { createMembers } from './domain/members.ts'
import { createPasswordAuthentication } from './domain/password-authentication.ts'
import { createPasswordHasher } from './domain/passwords.ts'
import { createProjects } from './domain/projects.ts'
import { createSessions, IDLE_MS } from './domain/sessions.ts'
import { takeSnapshot } from './domain/snapshots.ts'
import { createThrottle, KNOWN_MS } from './domain/throttle.ts'
import { createTokenAuthentication } from './domain/token-authentication.ts'
import { createTokens } from './domain/tokens.ts'
import { createUsers } from './domain/users.ts'
import { identityContext, type IdentityContext } from './graphql/context.ts'
import { authRoutes } from './rest/auth.routes.ts'
import { userRoutes } from './rest/users.routes.ts'
import { workspaceRoutes } from './rest/workspaces.routes.ts'
import { createIdentitySchema } from './schema.ts'
import { openDatabase } from './store/database.ts'
import { createStores } from './store/stores.ts'

export interface IdentityDeps extends CommonDeps {
  /** postgres://… or mysql://… */
  readonly databaseUrl: string
  /** The first administrator's password; only looked at when nobody exists yet. */
  readonly adminPassword?: string
  /** 32 bytes. Equal in all processes or not: it only keys caches in memory. */
  readonly secretKey: Buffer
  readonly ports: () => Pick<Ports, 'platform'>
  /** The clock, in epoch ms; for tests. */
  readonly now?: () => number
}

export interface IdentitySubsystem extends Subsystem<IdentityPort> {
  context(actor: Actor): IdentityContext
  /** The password that `start` generated for `admin`; undefined on every later start. */
  firstPassword(): string | undefined
  /** A new token for the operator of this machine, ending the one before; undefined when there is no `admin`. */
  newOperatorToken(): Promise<string | undefined>
}

const HOUSEKEEPING_MS = 10 * 60_000
const ATTEMPTS_KEPT_MS = 60 * 60_000

export async function createIdentity(deps: IdentityDeps): Promise<IdentitySubsystem> {
  const { log, now = Date.now } = deps
  const database = openDatabase(deps.databaseUrl, log)
  const stores = createStores(database)
  const hasher = createPasswordHasher()
  const throttle = createThrottle(stores.attempts, now)
  const projects = createProjects(stores.projects, now)
  const users = createUsers({ users: stores.users, hasher, throttle, now })
  const services = {
    projects,
    users,
    members: createMembers({ members: stores.members, users: stores.users, projects, now }),
    tokens: createTokens(stores.tokens, now),
    platform: { version: versionOfSluice(), health: () => deps.ports().platform.health() },
  }
  const epochs = createEpochs(stores.policy, now)
  const tokens = createTokenAuthentication({
    tokens: stores.tokens,
    projects: stores.projects,
    throttle,
    epochs,
    now,
    onLost: (error) => log.warn({ err: error }, 'the use of a token was not recorded'),
  })
  const authentication = createAuthentication({
    sessions: createSessions(stores.sessions, now),
    tokens,
    passwords: createPasswordAuthentication({ users: stores.users, hasher, throttle, epochs, secretKey: deps.secretKey, now }),
  })
  const tidy = async (): Promise<void> => {
    const at = now()
    await stores.sessions.removeExpired(at, at - IDLE_MS)
    await stores.attempts.removeOld(at - ATTEMPTS_KEPT_MS, at - KNOWN_MS)
  }
  let password: string | undefined
  let timer: NodeJS.Timeout | undefined

  return {
    name: 'identity',
    schema: await createIdentitySchema(),
    context: (actor) => identityContext(services, actor),
    routes: [...authRoutes({ authentication, users }), ...workspaceRoutes(projects), ...userRoutes(users)],
    ports: {
      authenticate: authentication.authenticate,
      epoch: stores.policy.epoch,
      snapshot: (subjectId) => takeSnapshot(stores.policy, subjectId, now()),
      projects: stores.projects.all,
    },
    migrate: database.migrate,
    async start() {
      await stores.policy.writeVocabulary()
      password = await firstStart(stores, hasher, deps.adminPassword, now())
      timer = setInterval(() => void tidy().catch((error: unknown) => log.warn({ err: error }, 'expired sessions were not removed')), HOUSEKEEPING_MS)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
      await tokens.settled()
      await database.close()
    },
    health: async () => [await database.health()],
    firstPassword: () => password,
    newOperatorToken: () => replaceOperatorToken(stores, now()),
  }
}

function versionOfSluice(): string {
  const manifest: unknown = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown'
}
