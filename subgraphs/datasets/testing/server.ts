/** Datasets behind real HTTP for tests: real PostgreSQL, real files, people by the header x-test-user. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { graphql, type ExecutionResult } from 'graphql'
import { createAccess } from '#shared/access.ts'
import { anonymousCaller, type Actor, type ProjectRef } from '#shared/actor.ts'
import { createFileStore } from '#shared/objects/file-store.ts'
import { defaultBuckets, type ObjectStore } from '#shared/objects/object-store.ts'
import { mountRoutes, takeBodiesRaw } from '#shared/rest/mount.ts'
import type { Subsystem } from '#shared/subsystem.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { testActor, testProject } from '#shared/testing/actors.ts'
import type { DatasetsPort } from '#ports'
import { createProfiler, type SupervisedProfiler } from '#datasets/store/profiler.ts'
import { createDatasets, type DatasetsDeps } from '#datasets/subsystem.ts'

export interface TestServer {
  readonly url: string
  readonly directory: string
  readonly objects: ObjectStore
  readonly profiler: SupervisedProfiler
  readonly subsystem: Subsystem<DatasetsPort>
  readonly projects: { readonly default: ProjectRef; readonly p1: ProjectRef; readonly p2: ProjectRef }
  /** alice owns p1 and default, bob contributes to p1, vera views p1, mallory is in p2 only; deb's token carries nothing but uploading to p1. */
  readonly people: Readonly<Record<'alice' | 'bob' | 'vera' | 'mallory' | 'deb', Actor>>
  graph(who: keyof TestServer['people'], query: string, variables?: Record<string, unknown>): Promise<ExecutionResult>
  stop(): Promise<void>
}

export interface TestServerOptions extends Partial<Pick<DatasetsDeps, 'maxFileBytes' | 'buckets' | 'objects'>> {
  readonly databaseUrl: string
  readonly deadlineMs?: number
}

export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-datasets-test-'))
  const objects = options.objects ?? (await createFileStore(join(directory, 'objects')))
  const log = createLog({ service: 'test', level: 'silent' })
  const profiler = createProfiler({ log, ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }) })
  const projects = { default: testProject('default'), p1: testProject('p1'), p2: testProject('p2') }
  const people = {
    alice: testActor('alice', [
      [projects.p1, 'owner'],
      [projects.default, 'owner'],
    ]),
    bob: testActor('bob', [[projects.p1, 'contributor']]),
    vera: testActor('vera', [[projects.p1, 'viewer']]),
    mallory: testActor('mallory', [[projects.p2, 'owner']]),
    deb: { ...testActor('deb', [[projects.p1, 'contributor']]), ceiling: { projects: null, permissions: ['datasets.dataset.create' as const] } },
  }
  const actors: readonly Actor[] = Object.values(people)
  const access = createAccess({
    epoch: () => Promise.resolve(1),
    snapshot: async (subjectId) => {
      const actor = actors.find((a) => a.subjectId === subjectId)
      if (!actor) throw new Error(`no test person ${subjectId}`)
      return actor.snapshot
    },
  })
  const subsystem = await createDatasets({
    access,
    log,
    objects,
    profiler,
    databaseUrl: options.databaseUrl,
    buckets: options.buckets ?? defaultBuckets,
    publicUrl: () => 'https://sluice.test',
    temporaryDirectory: directory,
    ports: () => {
      throw new Error('datasets asks identity nothing in these tests')
    },
    ...(options.maxFileBytes === undefined ? {} : { maxFileBytes: options.maxFileBytes }),
  })
  await subsystem.migrate()
  await subsystem.start()

  const app = Fastify({ routerOptions: { maxParamLength: 2_000 } })
  takeBodiesRaw(app)
  mountRoutes(app, subsystem.routes, {
    access,
    log,
    callerOf: async (request) => {
      const actor = people[request.headers['x-test-user'] as keyof typeof people] // an unknown name is anonymous
      const project = request.headers['x-test-project']
      return actor ? { ...actor, ...(typeof project === 'string' ? { projectName: project } : {}) } : anonymousCaller(request.id)
    },
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    directory,
    objects,
    profiler,
    subsystem,
    projects,
    people,
    graph: (who, source, variableValues) => graphql({ schema: subsystem.schema, source, contextValue: subsystem.context(people[who]), variableValues }),
    async stop() {
      await app.close()
      await subsystem.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
