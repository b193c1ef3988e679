/** The driver counts right: what it sends, what failed, what a summary says. No times. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drive, measure, type Measurement, type Workload } from './driver/load.ts'
import { quantile, summarise } from './driver/summary.ts'
import { get, Target } from './driver/target.ts'

let seen: string[] = []
const server = http.createServer((request, response) => {
  seen.push(request.url ?? '')
  response.writeHead(request.url?.includes('bad') ? 500 : 200).end('{}')
})
let target: Target

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a server on a port has one
  target = new Target({ name: 'fake', url: `http://127.0.0.1:${port}/below`, authorization: 'Bearer x' })
})
afterAll(async () => {
  target.close()
  await new Promise((resolve) => server.close(resolve))
})

const counting: Workload = { id: 'counting', title: '', unit: 'requests', per: 3, setup: () => Promise.resolve((worker, i) => get('/n', { worker, i })) }

test('as many requests are sent as asked for, each worker counting its own', async () => {
  seen = []
  const { latencies, errors } = await drive(target, (worker, i) => get('/n', { worker, i }), { workers: 4, requests: 50, seconds: 60 })
  expect([latencies.length, errors, seen.length]).toEqual([50, 0, 50])
  expect(new Set(seen).size).toBe(50)
  expect(seen[0]).toBe('/below/api/2.0/mlflow/n?worker=0&i=0')
})

test('answers other than 200 are errors and have no latency', async () => {
  const load = await drive(target, (_, i) => get(i % 2 === 0 ? '/bad' : '/n'), { workers: 1, requests: 10, seconds: 60 })
  expect([load.latencies.length, load.errors]).toEqual([5, 5])
  expect(load.firstError).toContain('500')
})

test('the warm-up is not measured, and nothing in it is sent again', async () => {
  seen = []
  const measured = await measure(target, counting, { workers: 2, requests: 20, seconds: 60 })
  expect(measured.latencies).toHaveLength(20)
  expect(seen).toHaveLength(24)
  expect(new Set(seen).size).toBe(24)
})

test('a summary pools latencies and CPU, and takes the throughput of the median round', () => {
  const round = (latencies: number[], wall: number): Measurement => ({ latencies, wall, errors: 1, firstError: 'e', serverCpu: 0.03, postgresCpu: 0.015, peakRss: 1, otherCores: 0 })
  const cell = summarise('t', counting, [round([1, 2], 1), round([3, 4], 2), round([5, 6], 4)])
  expect(cell).toMatchObject({ requests: 6, errors: 3, perSecond: 1, unitsPerSecond: 3, p50: 3, p95: 6 })
  expect(cell.server).toBeCloseTo(15)
  expect(cell.postgres).toBeCloseTo(7.5)
  expect(quantile([], 0.5)).toBeNaN()
})
