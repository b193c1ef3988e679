/** Each process of the distributed topology is killed under work: nothing acknowledged is lost, nothing wrong is said. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makePeople, type Cast } from './harness/people.ts'
import { startPlatform, type Platform } from './harness/platform.ts'
import { workUntil } from './harness/mixed-client.ts'

const WORK_MS = 20_000
const HEALTHY_AGAIN_MS = 10_000
let platform: Platform
let people: Cast
let experiment: string

beforeAll(async () => {
  platform = await startPlatform('distributed')
  people = await makePeople(platform.admin)
  const created = await people.bob.rest('POST', '/p/p1/api/2.0/mlflow/experiments/create', { name: 'under fire' })
  experiment = ((await created.json()) as { experiment_id: string }).experiment_id // MLflow's shape
  await people.bob.rest('POST', '/p/p1/api/2.0/mlflow/runs/create', { experiment_id: experiment, start_time: 1 })
})
afterAll(() => platform?.stop())

async function pidOf(name: string): Promise<number> {
  const pids: Record<string, number> = JSON.parse(await readFile(join(platform.dataDirectory, 'processes.json'), 'utf8'))
  const pid = pids[name]
  if (!pid) throw new Error(`${name} has no process: ${JSON.stringify(pids)}`)
  return pid
}

async function isReady(): Promise<boolean> {
  const answer = await fetch(`${platform.url}/health/ready`).catch(() => undefined)
  return answer?.status === 200
}

async function readyAgainAfter(): Promise<number> {
  const began = Date.now()
  while (!(await isReady())) {
    if (Date.now() - began > 60_000) throw new Error('the platform did not become ready again')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return Date.now() - began
}

it.each(['identity', 'tracking', 'registry', 'datasets', 'gateway'])(
  'survives kill -9 of %s',
  async (name) => {
    const pid = await pidOf(name)
    const working = workUntil(new Promise((resolve) => setTimeout(resolve, WORK_MS)), people.bob, experiment)
    await new Promise((resolve) => setTimeout(resolve, WORK_MS / 4))
    process.kill(pid, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 300))
    const recovery = await readyAgainAfter()
    const ledger = await working
    expect(ledger.wrong).toEqual([])
    expect(recovery).toBeLessThan(HEALTHY_AGAIN_MS)
    expect(await pidOf(name)).not.toBe(pid)
    expect(ledger.acknowledged.size, JSON.stringify(ledger.counts)).toBeGreaterThan(20)
    for (const [run, value] of ledger.acknowledged) {
      const answer = await people.bob.rest('GET', `/p/p1/api/2.0/mlflow/runs/get?run_id=${run}`)
      const read = (await answer.json()) as { run?: { data: { metrics?: { value: number }[] } } } // MLflow's shape
      expect(read.run?.data.metrics?.[0]?.value, run).toBe(value)
    }
  },
  120_000,
)
