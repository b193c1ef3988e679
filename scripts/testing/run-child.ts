/** Runs one program at a time to its end; a signal that reaches us goes to it and then ends us, so nothing keeps running. */
import { type ChildProcess, spawn } from 'node:child_process'

let current: ChildProcess | undefined

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    if (!current) process.exit(code)
    current.once('close', () => process.exit(code))
    current.kill(signal)
  })
}

interface Options {
  readonly cwd: string
  /** `output` holds what it printed. */
  readonly collect?: boolean
  readonly quiet?: boolean
}

export function runChild(command: string, args: readonly string[], { cwd, collect = false, quiet = false }: Options): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(command, args, { cwd, stdio: ['ignore', collect ? 'pipe' : quiet ? 'ignore' : 'inherit', quiet ? 'ignore' : 'inherit'] })
    current = child
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (!quiet) process.stdout.write(chunk)
    })
    child.once('error', (error) => resolve({ code: 127, output: `${command}: ${error.message}` }))
    child.once('close', (code) => {
      current = undefined
      resolve({ code: code ?? 1, output })
    })
  })
}
