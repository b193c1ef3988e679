/** kill -9 of a real process between commit and delivery, and in the middle of one: it is delivered, with the same id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import pg from 'pg'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'
import { testProject, testScope } from '#shared/testing/actors.ts'
import { newReceiver, type Receiver } from '#shared/testing/receiver.ts'
import type { RegistryServices } from '#registry/domain/services.ts'
import { newTestRegistry, type TestRegistry } from '#registry/testing/registry.ts'

const project = testProject('default')
const mona = testScope(project, 'maintainer', 'mona')
let test: TestRegistry
let receiver: Receiver
let isSilent = false
let doomed: ChildProcess | undefined

const start = (mode: 'after-commit' | 'while-delivering'): ChildProcess => {
  const program = repositoryPath('subgraphs/registry/testing/doomed-process.ts')
  doomed = spawn(process.execPath, ['--import', 'tsx', program, mode, test.url, project.id, project.name, 'M'], { cwd: repositoryPath('.'), stdio: ['ignore', 'ignore', 'inherit'] })
  return doomed
}
async function query<R extends pg.QueryResultRow>(text: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: test.url })
  await client.connect()
  try {
    return (await client.query<R>(text)).rows
  } finally {
    await client.end()
  }
}
const deliveries = () => query<{ id: string; state: string; attempts: number }>('SELECT id, state, attempts FROM registry.webhook_delivery')
const ids = () => receiver.received.map((r) => r.headers['x-mlflow-delivery-id'])

beforeEach(async () => {
  isSilent = false
  receiver = await newReceiver((response) => void (isSilent || response.end()))
  test = await newTestRegistry([project], { allowPrivate: true, schemes: ['http'] })
  const { webhooks } = test.registry.context(mona.actor) as unknown as RegistryServices // what createRegistry's context makes
  await webhooks.create(mona, { name: 'w', url: `http://127.0.0.1:${receiver.port}/`, events: ['registered_model.created'], secret: 's' })
})
afterEach(async () => {
  doomed?.kill('SIGKILL')
  await test.stop()
  await receiver.stop()
})

it('a process killed between commit and delivery leaves what another one delivers', async () => {
  const [code, signal] = (await once(start('after-commit'), 'exit')) as [number | null, string | null] // the event's arguments
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' })
  const [left] = await deliveries()
  expect(left).toMatchObject({ state: 'PENDING', attempts: 0 })
  expect(receiver.received).toEqual([])
  await test.registry.deliver()
  expect(ids()).toEqual([left?.id])
  expect(await deliveries()).toMatchObject([{ state: 'DELIVERED', attempts: 1 }])
})

it('a process killed in the middle of a delivery leaves one that is made again under the same id', async () => {
  isSilent = true
  const child = start('while-delivering')
  await vi.waitFor(() => expect(receiver.received).toHaveLength(1), { timeout: 30_000 })
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
  isSilent = false
  await test.registry.deliver()
  expect(receiver.received).toHaveLength(1) // its lease is not over
  await query('UPDATE registry.webhook_delivery SET due_at = clock_timestamp()')
  await test.registry.deliver()
  expect(receiver.received).toHaveLength(2)
  expect(new Set(ids()).size).toBe(1)
  expect(await deliveries()).toMatchObject([{ id: ids()[0], state: 'DELIVERED', attempts: 2 }])
})
