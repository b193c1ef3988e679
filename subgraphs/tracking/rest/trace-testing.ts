/** For tests of traces: the part on a real database with the core beside it, and an app that serves its routes to several people. */
import Fastify, { type FastifyInstance } from 'fastify'
import type { Access } from '#shared/access.ts'
import { anonymousCaller, type Actor, type ProjectRef, type Scope } from '#shared/actor.ts'
import type { Role } from '#shared/policy.ts'
import type { Method } from '#shared/rest/route.ts'
import { mountRoutes, takeBodiesRaw } from '#shared/rest/mount.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { testActor, testProject } from '#shared/testing/actors.ts'
import { createProjects } from '#tracking/store/project-statements.ts'
import { startTestTracking, type TestTracking } from '#tracking/store/testing.ts'
import { createTracePart, type TracePart } from '#tracking/trace-part.ts'

export type Who = Role | 'bob'
export interface Reply {
  readonly status: number
  readonly body: unknown
}
export interface TraceBench {
  readonly tracking: TestTracking
  readonly part: TracePart
  readonly app: FastifyInstance
  /** Everybody is a member of both, with the role they are named after; bob is a second contributor. */
  readonly project: ProjectRef
  readonly other: ProjectRef
  scope(project: ProjectRef, who: Who): Scope
  newExperiment(project?: ProjectRef): Promise<string>
  send(
    who: Who,
    method: Method,
    path: string,
    options?: { readonly project?: ProjectRef; readonly body?: unknown; readonly raw?: string | Buffer; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Reply>
  close(): Promise<void>
}

const people: Readonly<Record<Who, Role>> = { viewer: 'viewer', contributor: 'contributor', bob: 'contributor', maintainer: 'maintainer', owner: 'owner' }

export async function startTraceBench(): Promise<TraceBench> {
  const tracking = await startTestTracking()
  const part = createTracePart(createProjects(tracking.postgres), tracking)
  const [project, other] = [testProject('default'), testProject('p2')]
  const both = (role: Role): (readonly [ProjectRef, Role])[] => [
    [project, role],
    [other, role],
  ]
  const actors = new Map<string, Actor>(Object.entries(people).map(([who, role]) => [who, testActor(who, both(role), { id: who })]))
  const actorOf = (who: string): Actor => actors.get(who) ?? testActor('nobody')
  const access: Access = { actorOf: (caller) => Promise.resolve({ ...actorOf(caller.principalId), ...caller }), clear: () => undefined }
  const app = Fastify()
  takeBodiesRaw(app)
  mountRoutes(app, part.routes, {
    access,
    log: createLog({ service: 'test', level: 'silent' }),
    callerOf: ({ headers, id }) => {
      const who = String(headers['x-who'])
      return Promise.resolve({ ...anonymousCaller(id), kind: 'user', principalId: who, subjectId: who, projectName: String(headers['x-project']) })
    },
  })
  let experiments = 0
  return {
    tracking,
    part,
    app,
    project,
    other,
    scope: (where, who) => ({ actor: actorOf(who), project: where }),
    async newExperiment(where = project) {
      return (await tracking.experiments.create({ actor: actorOf('owner'), project: where }, { name: `e${++experiments}` })).id
    },
    async send(who, method, path, { project: where = project, body, raw, headers = {} } = {}) {
      const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
      const response = await app.inject({
        method,
        url: path,
        ...(payload === undefined ? {} : { payload }),
        headers: { 'x-who': who, 'x-project': where.name, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      })
      const isJson = response.headers['content-type']?.toString().startsWith('application/json')
      return { status: response.statusCode, body: isJson ? response.json() : response.body }
    },
    async close() {
      await app.close()
      await tracking.close()
    },
  }
}

export const dig = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((v, part) => (typeof v === 'object' && v !== null ? Object.entries(v).find(([k]) => k === part)?.[1] : undefined), value)
