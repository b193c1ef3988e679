/** One profiling child, started when there is work, given one task at a time, killed when it hangs, started anew after. */
import { fork, type ChildProcess } from 'node:child_process'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { DomainError, invalid } from '#shared/errors.ts'
import type { Log } from '#shared/telemetry/log.ts'
import type { Profiler } from '#datasets/domain/ports.ts'
import type { ProfileReply, ProfileTask } from '#datasets/profile-protocol.ts'

export interface ProfilerOptions {
  readonly log: Log
  /** Time for a file of no size; larger ones get more. */
  readonly deadlineMs?: number
}

/** A pool of one, with the child's id for tests and logs. */
export interface SupervisedProfiler extends Profiler {
  readonly pid: () => number | undefined
}

const DEADLINE_MS = 60_000
/** Slower than this per millisecond and a file is given up: 2 MB/s. */
const BYTES_PER_MS = 2_000
const MAX_WAITING = 64

/** dist/datasets-profile-worker.js beside the bundle that we are part of; from the sources, the source itself through tsx. */
function workerFile(): { readonly path: string; readonly execArgv: string[] } {
  const here = dirname(fileURLToPath(import.meta.url))
  if (basename(here) === 'dist') return { path: join(here, 'datasets-profile-worker.js'), execArgv: [] }
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return { path: join(here, '..', 'profile-worker.ts'), execArgv: ['--import', tsx] }
}

/** Nothing of our environment: no addresses, no passwords. */
const childEnvironment = { NODE_NO_WARNINGS: '1' }

interface Waiting {
  readonly task: ProfileTask
  readonly deadlineMs: number
  readonly resolve: (reply: ProfileReply) => void
  readonly reject: (error: Error) => void
}

export function createProfiler({ log, deadlineMs = DEADLINE_MS }: ProfilerOptions): SupervisedProfiler {
  const queue: Waiting[] = []
  let child: ChildProcess | undefined
  let current: { readonly id: number; readonly work: Waiting; readonly timer: NodeJS.Timeout } | undefined
  let lastId = 0
  let isStopped = false

  const start = (): ChildProcess => {
    const { path, execArgv } = workerFile()
    const started = fork(path, [], { execArgv: [...execArgv, '--max-old-space-size=256'], env: childEnvironment, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    started.stderr?.on('data', (text: Buffer) => log.warn({ profiler: text.toString('utf8').slice(0, 2_000) }, 'the profiler wrote an error'))
    started.on('message', (reply: ProfileReply) => settle(started, reply))
    started.on('error', (error) => lost(started, error))
    started.on('exit', (code, signal) => lost(started, new Error(`the profiler ended with ${signal ?? code}`)))
    // An idle child keeps nobody alive; it ends when its channel closes.
    started.unref()
    started.channel?.unref()
    return started
  }

  const settle = (from: ChildProcess, reply: ProfileReply): void => {
    if (from !== child || !current || reply.id !== current.id) return
    clearTimeout(current.timer)
    const { work } = current
    current = undefined
    work.resolve(reply)
    next()
  }

  const lost = (from: ChildProcess, error: Error): void => {
    if (from !== child) return
    child = undefined
    if (current) {
      clearTimeout(current.timer)
      const { work } = current
      current = undefined
      log.warn({ err: error, format: work.task.format }, 'the profiler was lost')
      work.reject(gaveUp(error))
    }
    next()
  }

  const next = (): void => {
    const work = current ? undefined : queue.shift()
    if (!work) return
    child ??= start()
    const owner = child
    const id = ++lastId
    const timer = setTimeout(() => {
      log.warn({ format: work.task.format }, 'the profiler hangs and is ended')
      owner.kill('SIGKILL')
    }, work.deadlineMs)
    current = { id, work, timer }
    owner.send({ id, task: work.task }, (error) => error && lost(owner, error))
  }

  const ask = (task: ProfileTask, sizeBytes: number): Promise<ProfileReply> => {
    if (isStopped || queue.length >= MAX_WAITING) return Promise.reject(new DomainError('UNAVAILABLE', 'Too many files are being read. Try again in a moment.', { service: 'datasets', retryAfter: 5 }))
    return new Promise((resolve, reject) => {
      queue.push({ task, deadlineMs: deadlineMs + sizeBytes / BYTES_PER_MS, resolve, reject })
      next()
    })
  }

  return {
    pid: () => child?.pid,
    async profile(path, format, sizeBytes) {
      const reply = await ask({ kind: 'profile', path, format }, sizeBytes)
      if ('profile' in reply) return reply.profile
      throw refusal(reply)
    },
    async rows(path, format, sizeBytes, columns, offset, count) {
      const reply = await ask({ kind: 'rows', path, format, columns, offset, count }, sizeBytes)
      if ('rows' in reply) return reply.rows
      throw refusal(reply)
    },
    stop() {
      isStopped = true
      for (const work of queue.splice(0)) work.reject(gaveUp(new Error('stopping')))
      child?.kill('SIGKILL')
      return Promise.resolve()
    },
  }
}

const gaveUp = (cause: Error): DomainError => new DomainError('UNAVAILABLE', 'Reading the file was given up: it took too long or needed too much. Nothing was stored; try again, or send a smaller file.', { service: 'datasets', retryAfter: 5 }, { cause })

function refusal(reply: ProfileReply): Error {
  if ('problem' in reply) return invalid(reply.problem, 'file')
  return new Error('defect' in reply ? `profiler: ${reply.defect}` : 'the profiler gave another answer than was asked for')
}
