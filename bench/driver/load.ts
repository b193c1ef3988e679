/** Closed-loop load: so many workers, each with one request in flight, until a number or a time is reached. */
import { performance } from 'node:perf_hooks'
import { cpuOf, machineCpuSeconds, watchMemory } from './proc.ts'
import type { Request, Target } from './target.ts'

/** The i-th request of a worker; or the work itself, for what takes several requests. */
export type Next = (worker: number, i: number) => Request | Promise<void>

export interface Workload {
  readonly id: string
  readonly title: string
  readonly unit: string
  /** Units in one request. */
  readonly per: number
  /** Most requests of a measurement. */
  readonly cap?: number
  /** Always at this many workers. */
  readonly workers?: number
  /** Requests before the clock starts. */
  readonly warm?: number
  /** Fixtures, made before anything is timed. */
  readonly seed?: (t: Target) => Promise<unknown>
  /** Checks one answer and says what to send. */
  readonly setup: (t: Target, workers: number, requests: number) => Promise<Next>
}

export interface Bounds {
  readonly workers: number
  readonly requests: number
  readonly seconds: number
  /** Seconds of load before the clock starts, so that a server's compiler has seen the work. A few requests when absent. */
  readonly warmSeconds?: number
}

export interface Load {
  readonly latencies: number[]
  readonly errors: number
  readonly firstError: string | undefined
  readonly wall: number
}

export interface Measurement extends Load {
  readonly serverCpu: number
  readonly postgresCpu: number
  readonly peakRss: number
  /** Cores used by everything else on the machine. */
  readonly otherCores: number
}

export async function drive(t: Target, next: Next, { workers, requests, seconds }: Bounds): Promise<Load> {
  const latencies: number[] = []
  let started = 0
  let errors = 0
  let firstError: string | undefined
  const failed = (why: string): void => {
    errors++
    firstError ??= why
  }
  const began = performance.now()
  const deadline = began + seconds * 1000
  const work = async (worker: number): Promise<void> => {
    for (let i = 0; started < requests && performance.now() < deadline; i++) {
      started++
      const sent = performance.now()
      try {
        const step = next(worker, i)
        if (step instanceof Promise) await step
        else {
          const { status, text } = await t.send(step)
          if (status !== 200) {
            failed(`${status} ${text.slice(0, 200)}`)
            continue
          }
        }
        latencies.push(performance.now() - sent)
      } catch (error) {
        failed(error instanceof Error ? error.message : String(error))
      }
    }
  }
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)))
  return { latencies, errors, firstError, wall: (performance.now() - began) / 1000 }
}

export async function measure(t: Target, workload: Workload, bounds: Bounds): Promise<Measurement> {
  const workers = workload.workers ?? bounds.workers
  const requests = Math.min(bounds.requests, workload.cap ?? Number.POSITIVE_INFINITY)
  const few = Math.min(Math.max(workers, 4), 8)
  const warm = workload.warm ?? (bounds.warmSeconds === undefined || workload.cap !== undefined ? few : bounds.requests)
  const next = await workload.setup(t, workers, requests + warm)
  // The warm-up and the timed part share one counter, so that no step or name is used twice.
  const count = Array.from({ length: workers }, () => 0)
  const numbered: Next = (worker) => {
    const i = count[worker] ?? 0
    count[worker] = i + 1
    return next(worker, i)
  }
  if (warm > 0) {
    const { latencies, firstError } = await drive(t, numbered, { workers, requests: warm, seconds: bounds.warmSeconds ?? Math.min(2, bounds.seconds) })
    if (latencies.length === 0) throw new Error(firstError ?? 'no answer in the warm-up')
  }
  const { server, postgres } = t.options
  const peak = watchMemory(server, 25)
  const [machine, own, [server0 = 0, postgres0 = 0]] = [machineCpuSeconds(), process.cpuUsage(), cpuOf([server, postgres])]
  const load = await drive(t, numbered, { workers, requests, seconds: bounds.seconds })
  const [server1 = 0, postgres1 = 0] = cpuOf([server, postgres])
  const driver = process.cpuUsage(own)
  const [serverCpu, postgresCpu] = [server1 - server0, postgres1 - postgres0]
  const others = machineCpuSeconds() - machine - serverCpu - postgresCpu - (driver.user + driver.system) / 1e6
  return { ...load, serverCpu, postgresCpu, peakRss: peak(), otherCores: Math.max(0, others / load.wall) }
}
