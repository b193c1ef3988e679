/** Keeps one child process alive: started again when it dies by itself, not when we end it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { StartError } from '#gateway/config.ts'
import type { Log } from '#shared/telemetry/log.ts'

export interface ChildSpec {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Answers 200 once the child serves. */
  readonly readyUrl: string
}

export interface Supervised {
  readonly name: string
  pid(): number | undefined
  stop(): Promise<void>
}

const FIRST_READY_MS = 60_000
const RESTART_AFTER_MS = 200
const MAX_RESTART_AFTER_MS = 5_000
/** A child that lived this long failed anew: the wait before its restart is short again. */
const HEALTHY_AFTER_MS = 10_000

/** Resolves when the child is ready for the first time; rejects when it ends before that. */
export async function supervise(spec: ChildSpec, log: Log, onStart: () => void): Promise<Supervised> {
  let child: ChildProcess | undefined
  let stopping = false
  let wait = RESTART_AFTER_MS
  let failedFirst: ((error: Error) => void) | undefined

  const start = (): void => {
    const began = Date.now()
    const started = spawn(spec.command, spec.args, { env: { ...spec.env }, stdio: ['ignore', 'inherit', 'inherit'] })
    child = started
    onStart()
    started.once('exit', (code, signal) => {
      if (stopping) return
      failedFirst?.(new StartError(`${spec.name} ended with ${signal ?? code} before it was ready.`))
      if (failedFirst) return
      log.error({ process: spec.name, code, signal }, 'a process ended and is started again')
      wait = Date.now() - began > HEALTHY_AFTER_MS ? RESTART_AFTER_MS : Math.min(wait * 2, MAX_RESTART_AFTER_MS)
      setTimeout(() => {
        if (!stopping) start()
      }, wait)
    })
  }

  const firstFailure = new Promise<never>((_, reject) => {
    failedFirst = reject
  })
  start()
  try {
    await Promise.race([untilReady(spec.readyUrl), firstFailure])
  } catch (error) {
    stopping = true
    child?.kill('SIGKILL')
    throw error
  }
  failedFirst = undefined
  return {
    name: spec.name,
    pid: () => child?.pid,
    stop() {
      stopping = true
      const current = child
      if (!current || current.exitCode !== null || current.signalCode !== null) return Promise.resolve()
      return new Promise((resolve) => {
        current.once('exit', () => resolve())
        current.kill('SIGTERM')
      })
    },
  }
}

async function untilReady(url: string): Promise<void> {
  for (const end = Date.now() + FIRST_READY_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return
  }
  throw new Error(`${url} was not ready after ${FIRST_READY_MS / 1_000} s`)
}
