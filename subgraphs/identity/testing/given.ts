/** A started identity with people in it, once per dialect. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe } from 'vitest'
import { createAccess, scopeIn, type Access } from '#shared/access.ts'
import type { Actor, Ceiling, Scope } from '#shared/actor.ts'
import { newId } from '#shared/ids.ts'
import type { Role } from '#shared/policy.ts'
import { createLog } from '#shared/telemetry/log.ts'
import type { IdentityContext } from '#identity/graphql/context.ts'
import type { Project, User } from '#identity/domain/stores.ts'
import { createIdentity, type IdentityDeps, type IdentitySubsystem } from '#identity/subsystem.ts'
import { dialects, type DialectServer, type DialectUnderTest, type Row } from './dialects.ts'

export const ADMIN_PASSWORD = 'a-rather-long-secret'
export const PASSWORD = 'correct-horse-staple'
export const HERE = '192.0.2.1'
export const log = createLog({ service: 'test', level: process.env['SLUICE_TEST_LOG'] ?? 'silent' })
const secretKey = randomBytes(32)

/** One process's identity, with the access that its gateway would have. */
export interface Process {
  readonly identity: IdentitySubsystem
  readonly access: Access
}

export async function newProcess(databaseUrl: string, options: Partial<IdentityDeps> = {}): Promise<Process> {
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
  return { identity, access }
}

export class Given implements Process {
  private names = 0
  /** Stands still unless a test moves it; behind the real one, so that what it dates is valid now. */
  now = Date.now() - 24 * 60 * 60_000
  identity!: IdentitySubsystem
  access!: Access
  url!: string
  admin!: Actor
  private server!: DialectServer

  constructor(readonly dialect: DialectUnderTest) {}

  async open(): Promise<void> {
    this.server = await this.dialect.open()
    this.url = await this.server.fresh()
    Object.assign(this, await this.process())
    await this.identity.migrate()
    await this.identity.start()
    const caller = await this.identity.ports.authenticate({ kind: 'password', user: 'admin', password: ADMIN_PASSWORD }, HERE)
    if (!caller) throw new Error('the administrator cannot sign in')
    this.admin = await this.actor(caller.principalId)
  }
  async close(): Promise<void> {
    await this.identity.stop()
    await this.server.stop()
  }
  /** Another process on the same database; migrated already, not started. */
  process(options: Partial<IdentityDeps> = {}): Promise<Process> {
    return newProcess(this.url, { now: () => this.now, ...options })
  }
  sql(statement: string): Promise<Row[]> {
    return this.dialect.byHand(this.url, statement)
  }
  /** The number of the policy epoch, as a person with psql sees it. */
  async epoch(): Promise<number> {
    return Number((await this.sql('SELECT epoch FROM identity.policy_epoch'))[0]?.['epoch'])
  }
  name(what: string): string {
    return `${what}-${++this.names}`
  }
  as(actor: Actor): IdentityContext {
    return this.identity.context(actor)
  }
  /** As a write sees it: with what identity says now. */
  actor(userId: string, ceiling: Ceiling | null = null): Promise<Actor> {
    return this.access.actorOf({ principalId: userId, subjectId: userId, kind: 'user', ceiling, requestId: newId() }, 'write')
  }
  async user(name = this.name('user'), options: { isAdmin?: boolean } = {}): Promise<User> {
    this.admin = await this.actor(this.admin.principalId)
    return this.as(this.admin).users.create(this.admin, { username: name, password: PASSWORD, ...options })
  }
  async project(): Promise<Project> {
    this.admin = await this.actor(this.admin.principalId)
    const project = await this.as(this.admin).projects.create(this.admin, { name: this.name('project') })
    this.admin = await this.actor(this.admin.principalId)
    return project
  }
  async member(project: Project, role: Role): Promise<{ user: User; actor: Actor; scope: Scope }> {
    const user = await this.user(this.name(role))
    await this.as(this.admin).members.set(scopeIn(this.admin, project.name), user.username, role)
    const actor = await this.actor(user.id)
    return { user, actor, scope: scopeIn(actor, project.name) }
  }
}

export function forEachDialect(what: string, body: (given: Given) => void): void {
  for (const dialect of dialects)
    describe(`${what} on ${dialect.name}`, () => {
      const given = new Given(dialect)
      beforeAll(() => given.open())
      afterAll(() => given.close())
      body(given)
    })
}

/** Matches a DomainError of this code. */
export const refusedWith =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof Error && 'code' in error && error.code === code
