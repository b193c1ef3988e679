/** The subsystem as the composition root sees it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createAccess } from '#shared/access.ts'
import { newId } from '#shared/ids.ts'
import { createFileStore } from '#shared/objects/file-store.ts'
import { defaultBuckets } from '#shared/objects/object-store.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { testActor, testProject } from '#shared/testing/actors.ts'
import { newTestDatabase, type TestDatabase } from '#shared/testing/database.ts'
import type { TrackingContext } from '#tracking/graphql/context.ts'
import { createTracking } from '#tracking/subsystem.ts'

const project = testProject('here')
const ada = testActor('ada', [[project, 'owner']])
let database: TestDatabase
let folder: string
let tracking: Awaited<ReturnType<typeof createTracking>>

const noPort = (): never => {
  throw new Error('no other subsystem is needed here')
}

beforeAll(async () => {
  database = await newTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'sluice-test-'))
  tracking = await createTracking({
    access: createAccess({ epoch: noPort, snapshot: noPort }),
    log: createLog({ service: 'test', level: 'silent' }),
    publicUrl: () => 'http://sluice.test',
    databaseUrl: database.url,
    objects: await createFileStore(folder),
    buckets: defaultBuckets,
    ports: noPort,
  })
})
afterAll(async () => {
  await tracking.stop()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

it('migrates once even when two processes start together, and says that it is well', async () => {
  await Promise.all([tracking.migrate(), tracking.migrate()])
  await tracking.start()
  expect(await tracking.health()).toMatchObject([{ name: 'postgres:tracking', ok: true }])
})

it('tells other subsystems of a run, in its own project only', async () => {
  const { runs } = tracking.context(ada) as TrackingContext // context() made it
  const run = await runs.create({ actor: ada, project }, { experimentId: '0' })
  expect(await tracking.ports.run(project.id, run.id)).toEqual({ runId: run.id, experimentId: '0', artifactUri: `mlflow-artifacts:/workspaces/here/0/${run.id}/artifacts`, active: true })
  expect(await tracking.ports.run(project.id, 'x')).toBeNull()
  expect(await tracking.ports.run(newId(), run.id)).toBeNull()
})

it('serves each endpoint under /api and /ajax-api, and no path twice', () => {
  const paths = tracking.routes.map((route) => `${route.method} ${route.path}`)
  expect(new Set(paths).size).toBe(paths.length)
  for (const route of tracking.routes.filter((r) => r.path.startsWith('/api/2.0/'))) expect(paths).toContain(`${route.method} ${route.path.replace('/api/', '/ajax-api/')}`)
})

it('lets nobody in without a credential but for what clients ask before they have one', () => {
  expect(tracking.routes.filter((route) => route.needs === 'public').map((route) => route.path)).toEqual(['/version', '/api/3.0/mlflow/server-info', '/ajax-api/3.0/mlflow/server-info'])
})
