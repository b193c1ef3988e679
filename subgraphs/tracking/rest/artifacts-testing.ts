/** For tests of artifacts and logged models: the half on a real server with a real database, beside a core made by hand. */
import { randomInt } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import Fastify from 'fastify'
import type { Access } from '#shared/access.ts'
import { anonymousCaller, type Actor, type ProjectRef, type Scope } from '#shared/actor.ts'
import { createPostgres, type Postgres } from '#shared/db/postgres.ts'
import { newHexId } from '#shared/ids.ts'
import { createFileStore } from '#shared/objects/file-store.ts'
import { defaultBuckets, type ObjectStore } from '#shared/objects/object-store.ts'
import { repositoryPath } from '#shared/paths.ts'
import type { Role } from '#shared/policy.ts'
import { mountRoutes, takeBodiesRaw } from '#shared/rest/mount.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { testActor, testProject } from '#shared/testing/actors.ts'
import { newTestDatabase } from '#shared/testing/database.ts'
import { createArtifactHalf, type ArtifactHalf, type ArtifactHalfCore } from '#tracking/artifact-half.ts'
import { runArtifactUri } from '#tracking/domain/artifact-uri.ts'

export interface TestRun {
  readonly id: string
  readonly experimentId: string
  readonly artifactUri: string
  active: boolean
  ownerId: string | null
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  readonly text: string
  json(): Record<string, unknown>
}

export interface ArtifactBench {
  readonly half: ArtifactHalf
  readonly postgres: Postgres
  readonly port: number
  /** Where the file store lies; undefined with another store. */
  readonly directory: string
  readonly defaultProject: ProjectRef
  readonly other: ProjectRef
  /** `<role>` in every project, `<role>@<project>` in one; `nobody` is in none. */
  scope(project: ProjectRef, role: Role): Scope
  newRun(project: ProjectRef, options?: { experimentId?: string; owner?: string }): TestRun
  newExperiment(project: ProjectRef): { readonly id: string; active: boolean }
  /** The path goes out byte for byte, as no client library would let it. */
  send(
    who: Role | 'nobody' | 'anonymous',
    project: ProjectRef,
    method: string,
    path: string,
    options?: { body?: string | Buffer | Readable | object; headers?: Record<string, string> },
  ): Promise<Reply>
  open(who: Role, project: ProjectRef, method: string, path: string, body?: Readable): Promise<IncomingMessage>
  /** Every file below the directory, relative to it. */
  files(): Promise<string[]>
  stop(): Promise<void>
}

const roleNames: readonly Role[] = ['viewer', 'contributor', 'maintainer', 'owner']

export async function startArtifactBench(makeObjects?: () => Promise<ObjectStore>): Promise<ArtifactBench> {
  const database = await newTestDatabase()
  const log = createLog({ service: 'test', level: 'silent' })
  const postgres = createPostgres({ url: database.url, schema: 'tracking', log })
  await postgres.migrate(repositoryPath('subgraphs/tracking/store/migrations'))
  const parent = await mkdtemp(join(tmpdir(), 'sluice-artifacts-'))
  const directory = join(parent, 'objects')
  const objects = await (makeObjects?.() ?? createFileStore(directory))

  const defaultProject = testProject('default')
  const other = testProject('p1')
  const people = new Map<string, Actor>(
    roleNames.map((role) => [
      role,
      testActor(
        role,
        [
          [defaultProject, role],
          [other, role],
        ],
        { id: role },
      ),
    ]),
  )
  people.set('nobody', testActor('nobody', [], { id: 'nobody' }))
  const runs = new Map<string, TestRun>()
  const experiments = new Map<string, { id: string; active: boolean }>()
  const core: ArtifactHalfCore = {
    runs: { find: (project, id) => Promise.resolve(runs.get(`${project.id}/${id}`)) },
    experiments: { find: (project, id) => Promise.resolve(experiments.get(`${project.id}/${id}`)) },
  }
  const half = createArtifactHalf({ objects, buckets: defaultBuckets }, postgres, core)

  const app = Fastify()
  takeBodiesRaw(app)
  const access: Access = { actorOf: (caller) => Promise.resolve({ ...(people.get(caller.principalId) ?? testActor('stranger')), ...caller }), clear: () => undefined }
  mountRoutes(app, half.routes, {
    access,
    log,
    callerOf: ({ headers, id }) => {
      const who = headers['x-who']
      const named = typeof headers['x-project'] === 'string' ? { projectName: headers['x-project'] } : {}
      return Promise.resolve(
        typeof who === 'string' && who !== 'anonymous' ? { ...anonymousCaller(id), kind: 'user', principalId: who, subjectId: who, ...named } : { ...anonymousCaller(id), ...named },
      )
    },
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  if (typeof address !== 'object' || !address) throw new Error('not listening')
  const { port } = address

  const open = (who: string, project: ProjectRef, method: string, path: string, body?: Readable | Buffer, headers: Record<string, string> = {}): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port, method, path, agent: false, headers: { 'x-who': who, 'x-project': project.name, ...headers } }, resolve)
      request.on('error', reject)
      if (body === undefined || Buffer.isBuffer(body)) request.end(body)
      else pipeline(body, request).catch(reject)
    })

  return {
    half,
    postgres,
    port,
    directory,
    defaultProject,
    other,
    scope: (project, role) => ({ project, actor: people.get(role) ?? testActor(role) }),
    newRun(project, { experimentId = '0', owner } = {}) {
      const id = newHexId()
      const run = { id, experimentId, artifactUri: runArtifactUri(project, experimentId, id), active: true, ownerId: owner ?? null }
      runs.set(`${project.id}/${id}`, run)
      return run
    },
    newExperiment(project) {
      const experiment = { id: `1${String(randomInt(1e12)).padStart(17, '0')}`, active: true }
      experiments.set(`${project.id}/${experiment.id}`, experiment)
      return experiment
    },
    async send(who, project, method, path, { body, headers = {} } = {}) {
      const isStream = typeof body === 'object' && 'pipe' in body && typeof body.pipe === 'function'
      const isJson = typeof body === 'object' && !isStream && !Buffer.isBuffer(body)
      const payload = isJson ? Buffer.from(JSON.stringify(body)) : typeof body === 'string' ? Buffer.from(body) : body
      // The three cases above leave a Buffer, a stream or nothing.
      const answer = await open(who, project, method, path, payload as Buffer | Readable | undefined, {
        ...(isJson ? { 'content-type': 'application/json' } : {}),
        ...(Buffer.isBuffer(payload) ? { 'content-length': String(payload.length) } : {}),
        ...headers,
      })
      const bytes = await buffer(answer)
      const text = bytes.toString()
      return { status: answer.statusCode ?? 0, headers: answer.headers, body: bytes, text, json: () => JSON.parse(text) }
    },
    open,
    async files() {
      const found = await readdir(parent, { recursive: true, withFileTypes: true })
      return found
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
        .sort()
    },
    async stop() {
      await app.close()
      await postgres.close()
      await objects.close()
      await database.drop()
      await rm(parent, { recursive: true, force: true })
    },
  }
}
