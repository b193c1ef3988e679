/** Child processes for end-to-end tests: started with their output kept, waited for, stopped without orphans. */
import { spawn, type ChildProcess } from 'node:child_process'

export interface Running {
  readonly child: ChildProcess
  /** Everything it said so far. */
  output(): string
  /** Resolves with the first match of the pattern in its output. */
  says(pattern: RegExp, deadlineMs?: number): Promise<RegExpMatchArray>
  /** Sends the signal and answers the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** How this machine reaches package registries: settings of pip, uv and TLS, which a locked environment needs to be made. */
const forRegistries = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value !== undefined && /^(PIP_|UV_|SSL_|HTTPS?_PROXY|NO_PROXY|https?_proxy|no_proxy)/.test(name) ? [[name, value]] : [])))

export function startProcess(command: string, args: readonly string[], options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }): Running {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/tmp', ...forRegistries(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const listeners = new Set<() => void>()
  const heard = (chunk: Buffer): void => {
    text += chunk.toString()
    for (const listener of listeners) listener()
  }
  child.stdout?.on('data', heard)
  child.stderr?.on('data', heard)
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))

  return {
    child,
    output: () => text,
    says: (pattern, deadlineMs = 120_000) =>
      new Promise((resolve, reject) => {
        const done = (work: () => void): void => {
          clearTimeout(timer)
          listeners.delete(look)
          work()
        }
        const look = (): void => {
          const match = text.match(pattern)
          if (match) done(() => resolve(match))
        }
        const timer = setTimeout(() => done(() => reject(new Error(`${command} did not say ${pattern} in ${deadlineMs} ms. It said:\n${text.slice(-3_000)}`))), deadlineMs)
        void ended.then((code) => done(() => reject(new Error(`${command} ended with ${code} before it said ${pattern}:\n${text.slice(-3_000)}`))))
        listeners.add(look)
        look()
      }),
    stop: (signal = 'SIGTERM') => {
      if (child.exitCode === null) child.kill(signal)
      return ended
    },
  }
}
