/** One profiling child, started when there is work, given one task at a time, killed when it hangs, started anew after. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { DomainError, invalid } from '#shared/errors.ts'
import { repositoryPath } from '#shared/paths.ts'
import type { Log } from '#shared/telemetry/log.ts'
import type { Column, Preview, Profile } from '#datasets/domain/dataset.ts'
import type { Format } from '#datasets/domain/format.ts'
import type { Profiler } from '#datasets/domain/ports.ts'
import type { ProfileReply, ProfileTask } from '#datasets/profile-protocol.ts'

export interface ProfilerOptions {
  readonly log: Log
  /** Time for a file of no size; larger ones get more. */
  readonly deadlineMs?: number
}

/** A pool of one, with the child's id for tests and logs. */
export interface SupervisedProfiler extends Profiler {
  pid(): number | undefined
}

const DEADLINE_MS = 60_000
/** Slower than this per millisecond and a file is given up: 2 MB/s. */
const BYTES_PER_MS = 2_000
const MAX_WAITING = 64

/** dist/datasets-profile-worker.js when we run from the bundle (its chunks lie deeper); else the source itself through tsx. */
function workerFile(): { readonly path: string; readonly execArgv: string[] } {
  if (import.meta.url.startsWith(pathToFileURL(repositoryPath('dist')).href)) return { path: repositoryPath('dist', 'datasets-profile-worker.js'), execArgv: [] }
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return { path: repositoryPath('subgraphs', 'datasets', 'profile-worker.ts'), execArgv: ['--import', tsx] }
}

/** Nothing of our environment: no addresses, no passwords. */
const childEnvironment = { NODE_NO_WARNINGS: '1' }

interface Waiting {
  readonly task: ProfileTask
  readonly deadlineMs: number
  readonly resolve: (reply: ProfileReply) => void
  readonly reject: (error: Error) => void
}

interface Running {
  readonly id: number
  readonly work: Waiting
  readonly timer: NodeJS.Timeout
}

export const createProfiler = ({ log, deadlineMs = DEADLINE_MS }: ProfilerOptions): SupervisedProfiler => new ChildProfiler(log, deadlineMs)

class ChildProfiler implements SupervisedProfiler {
  readonly #log: Log
  readonly #deadlineMs: number
  readonly #queue: Waiting[] = []
  #child: ChildProcess | undefined
  #current: Running | undefined
  #lastId = 0
  #isStopped = false

  constructor(log: Log, deadlineMs: number) {
    this.#log = log
    this.#deadlineMs = deadlineMs
  }

  pid(): number | undefined {
    return this.#child?.pid
  }

  async profile(path: string, format: Format, sizeBytes: number): Promise<Profile> {
    const reply = await this.#ask({ kind: 'profile', path, format }, sizeBytes)
    if ('profile' in reply) return reply.profile
    throw refusal(reply)
  }

  async rows(path: string, format: Format, sizeBytes: number, columns: readonly Column[], offset: number, count: number): Promise<Preview> {
    const reply = await this.#ask({ kind: 'rows', path, format, columns, offset, count }, sizeBytes)
    if ('rows' in reply) return reply.rows
    throw refusal(reply)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    for (const work of this.#queue.splice(0)) work.reject(gaveUp(new Error('stopping')))
    const child = this.#child
    if (!child) return
    child.ref() // or nothing would wait for its end
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  #ask(task: ProfileTask, sizeBytes: number): Promise<ProfileReply> {
    if (this.#isStopped || this.#queue.length >= MAX_WAITING)
      return Promise.reject(new DomainError('UNAVAILABLE', 'Too many files are being read. Try again in a moment.', { service: 'datasets', retryAfter: 5 }))
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, deadlineMs: this.#deadlineMs + sizeBytes / BYTES_PER_MS, resolve, reject })
      this.#next()
    })
  }

  #next(): void {
    const work = this.#current ? undefined : this.#queue.shift()
    if (!work) return
    this.#child ??= this.#start()
    const child = this.#child
    const id = ++this.#lastId
    const timer = setTimeout(() => {
      this.#log.warn({ format: work.task.format }, 'the profiler hangs and is ended')
      child.kill('SIGKILL')
    }, work.deadlineMs)
    this.#current = { id, work, timer }
    child.send({ id, task: work.task }, (error) => error && this.#lost(child, error))
  }

  #start(): ChildProcess {
    const { path, execArgv } = workerFile()
    const child = fork(path, [], { execArgv: [...execArgv, '--max-old-space-size=256'], env: childEnvironment, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    child.stderr?.on('data', (text: Buffer) => this.#log.warn({ profiler: text.toString('utf8').slice(0, 2_000) }, 'the profiler wrote an error'))
    child.on('message', (reply: ProfileReply) => this.#settle(child, reply))
    child.on('error', (error) => this.#lost(child, error))
    child.on('exit', (code, signal) => this.#lost(child, new Error(`the profiler ended with ${signal ?? code}`)))
    // An idle child keeps nobody alive; it ends when its channel closes.
    child.unref()
    child.channel?.unref()
    return child
  }

  #settle(from: ChildProcess, reply: ProfileReply): void {
    if (from !== this.#child || reply.id !== this.#current?.id) return
    this.#finish()?.resolve(reply)
    this.#next()
  }

  #lost(from: ChildProcess, error: Error): void {
    if (from !== this.#child) return
    this.#child = undefined
    const work = this.#finish()
    if (work) {
      this.#log.warn({ err: error, format: work.task.format }, 'the profiler was lost')
      work.reject(gaveUp(error))
    }
    this.#next()
  }

  #finish(): Waiting | undefined {
    const current = this.#current
    this.#current = undefined
    clearTimeout(current?.timer)
    return current?.work
  }
}

const gaveUp = (cause: Error): DomainError =>
  new DomainError(
    'UNAVAILABLE',
    'Reading the file was given up: it took too long or needed too much. Nothing was stored; try again, or send a smaller file.',
    { service: 'datasets', retryAfter: 5 },
    { cause },
  )

function refusal(reply: ProfileReply): Error {
  if ('problem' in reply) return invalid(reply.problem, 'file')
  return new Error('defect' in reply ? `profiler: ${reply.defect}` : 'the profiler gave another answer than was asked for')
}
