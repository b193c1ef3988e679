/**
 * A locked Python environment: `uv pip sync --require-hashes` of a lock file into a folder named by the lock's hash, made
 * once and then reused. Needs Python 3.11 or newer with its venv module on the machine; uv itself comes from PyPI.
 */
import { execFile, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const uvVersion = '0.13.8'
const oldestPython = [3, 11] as const

export interface PythonEnvironment {
  /** The interpreter inside the environment. */
  readonly python: string
}

export interface EnvironmentOptions {
  /** A requirements file with hashes. */
  readonly lock: string
  /** Environments are kept here. */
  readonly directory: string
  readonly progress: (what: string) => void
}

export async function ensurePythonEnvironment({ lock, directory, progress }: EnvironmentOptions): Promise<PythonEnvironment> {
  const name = createHash('sha256')
    .update(await readFile(lock))
    .digest('hex')
    .slice(0, 16)
  const home = join(directory, name)
  const python = join(home, 'bin', 'python')
  if (await exists(join(home, 'complete'))) return { python }

  await mkdir(directory, { recursive: true })
  const base = await findPython()
  const uv = await ensureUv(base, directory, progress)
  progress('installing the locked Python packages (once per lock)')
  await rm(home, { recursive: true, force: true })
  await streamed(uv, ['venv', '--quiet', '--python', base, home])
  await streamed(uv, ['pip', 'sync', '--quiet', '--require-hashes', '--python', python, lock])
  await streamed(python, ['-c', 'open(__import__("sys").argv[1], "w").close()', join(home, 'complete')])
  return { python }
}

async function findPython(): Promise<string> {
  for (const candidate of ['python3.11', 'python3', 'python3.12', 'python3.13']) {
    try {
      const { stdout } = await run(candidate, ['-c', 'import sys, venv; print(sys.version_info[0], sys.version_info[1], sys.executable)'])
      const [major, minor, executable] = stdout.trim().split(' ')
      if (executable && (Number(major) > oldestPython[0] || (Number(major) === oldestPython[0] && Number(minor) >= oldestPython[1]))) return executable
    } catch {
      // not there, or without venv: try the next one
    }
  }
  throw new Error(`Training needs Python ${oldestPython.join('.')} or newer with its venv module (Debian: apt install python3-venv). None was found.`)
}

async function ensureUv(base: string, directory: string, progress: (what: string) => void): Promise<string> {
  const home = join(directory, `uv-${uvVersion}`)
  const uv = join(home, 'bin', 'uv')
  if (await exists(uv)) return uv
  progress(`installing uv ${uvVersion}`)
  // Made beside and renamed, so that a start that was cut off leaves nothing half-made. uv is one static binary.
  const temporary = `${home}.${randomUUID()}`
  await streamed(base, ['-m', 'venv', temporary])
  await streamed(join(temporary, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', `uv==${uvVersion}`])
  await rename(temporary, home).catch(async (error: unknown) => {
    await rm(temporary, { recursive: true, force: true })
    if (!(await exists(uv))) throw error
  })
  return uv
}

/** Runs a program to its end; its last words become the error. No shell is ever involved. */
function streamed(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let tail = ''
    child.stderr.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-2_000)
    })
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ${args[0] ?? ''} ended with code ${code}: ${tail.trim()}`))))
  })
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
