/** One subgraph that hangs: the rest of the page is there, the error names it, and nothing is called empty. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makePeople, type Cast } from './harness/people.ts'
import { startPlatform, type Platform } from './harness/platform.ts'

interface Answer {
  readonly data?: { readonly project: Record<string, unknown> | null } | null
  readonly errors?: readonly { readonly extensions: { readonly code: string; readonly service?: string } }[]
}

let platform: Platform
let people: Cast
let pids: Record<string, number>
beforeAll(async () => {
  platform = await startPlatform('distributed')
  people = await makePeople(platform.admin)
  pids = JSON.parse(await readFile(join(platform.dataDirectory, 'processes.json'), 'utf8'))
})
afterAll(() => platform?.stop())

const ask = async (): Promise<{ status: number; answer: Answer }> => {
  const response = await people.vera.rest('POST', '/graphql', { query: '{ project(name: "p1") { title experiments { nodes { id } } registeredModels { nodes { id } } datasets { nodes { id } } } }' })
  return { status: response.status, answer: (await response.json()) as Answer } // the query's shape
}
async function whileFrozen(name: string, work: () => Promise<void>): Promise<void> {
  const pid = pids[name]
  if (!pid) throw new Error(`no process ${name}`)
  process.kill(pid, 'SIGSTOP')
  try {
    await work()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}
async function untilWhole(): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 250))) {
    const { answer } = await ask()
    if (!answer.errors && answer.data?.project?.['experiments']) return
  }
  throw new Error('the platform did not recover')
}

it.each([
  ['tracking', 'experiments'],
  ['registry', 'registeredModels'],
  ['datasets', 'datasets'],
])('answers the rest and names %s while it hangs', async (name, field) => {
  await untilWhole()
  await whileFrozen(name, async () => {
    const { answer } = await ask()
    expect(answer.data?.project).toMatchObject({ title: 'Project p1', [field]: null })
    const others = ['experiments', 'registeredModels', 'datasets'].filter((other) => other !== field)
    for (const other of others) expect(answer.data?.project?.[other], other).toHaveProperty('nodes')
    expect(answer.errors?.map((e) => [e.extensions.service, e.extensions.code.replace('TIMEOUT', 'DOWN')])).toEqual([[name, 'SUBGRAPH_DOWN']])
  })
  await untilWhole()
})

it('refuses with 503 while identity hangs, and answers again after it', async () => {
  await untilWhole()
  await whileFrozen('identity', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_100)) // an answer of identity may be a second old
    const rest = await people.bob.rest('POST', '/p/p1/api/2.0/mlflow/experiments/create', { name: 'while frozen' })
    expect([rest.status, ((await rest.json()) as { error_code: string }).error_code]).toEqual([503, 'TEMPORARILY_UNAVAILABLE'])
    expect(rest.headers.get('retry-after')).not.toBeNull()
    expect((await ask()).status).toBe(503)
  })
  await untilWhole()
})
