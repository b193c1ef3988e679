/** What the servers under test have in common: a process of their own, ready when they answer, seeded by files of SQL. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import pg from 'pg'
import { repositoryPath } from '#shared/paths.ts'
import { cpuOf } from '../driver/proc.ts'
import type { TargetOptions } from '../driver/target.ts'

export interface Server {
  readonly target: TargetOptions
  readonly version: string
  /** Until the first answer. */
  readonly start: { readonly seconds: number; readonly cpuSeconds: number }
  stop(): Promise<void>
}

export interface Place {
  /** A folder of this server's own. */
  readonly directory: string
  /** postgres://… of an empty database. */
  readonly databaseUrl: string
  readonly postmaster: number
  readonly port: number
  /** The start that is measured finds its tables: only worth the time in a full run. */
  readonly startTwice: boolean
  readonly progress: (what: string) => void
}

export interface Child {
  readonly process: ChildProcess
  readonly pid: number
  readonly output: () => string
  stop(): Promise<void>
}

export function startChild(command: string, args: readonly string[], { directory, env }: { directory: string; env?: Readonly<Record<string, string>> }): Child {
  const child = spawn(command, args, { cwd: directory, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const log = createWriteStream(`${directory}/server.log`, { flags: 'a' })
  let output = ''
  const hear = (part: Buffer): void => {
    log.write(part)
    if (output.length < 100_000) output += part.toString()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  if (child.pid === undefined) throw new Error(`${command} did not start`)
  return {
    process: child,
    pid: child.pid,
    output: () => output,
    async stop() {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 20_000)
      await ended
      clearTimeout(late)
      log.end()
    },
  }
}

/** Waits for 200 at an address; answers what it took. */
export async function untilReady(child: Child, url: string, headers: Readonly<Record<string, string>> = {}): Promise<{ seconds: number; cpuSeconds: number }> {
  const began = performance.now()
  while (performance.now() - began < 120_000) {
    const status = await fetch(url, { headers }).then(
      (answer) => answer.arrayBuffer().then(() => answer.status),
      () => 0,
    )
    if (status === 200) return { seconds: (performance.now() - began) / 1000, cpuSeconds: cpuOf([child.pid])[0] ?? 0 }
    if (child.process.exitCode !== null) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`${url} does not answer. The server said:\n${child.output().slice(-2_000)}`)
}

export async function withDatabase<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

export const databaseBytes = (databaseUrl: string) => (): Promise<number> =>
  withDatabase(databaseUrl, async (client) => {
    await client.query('CHECKPOINT')
    return Number((await client.query<{ bytes: string }>('SELECT pg_database_size(current_database()) AS bytes')).rows[0]?.bytes)
  })

/** Runs bench/seeds/<server>-<fixture>.sql, then lets PostgreSQL see what is there as autovacuum would in a minute. */
export const seeder =
  (server: string, databaseUrl: string): NonNullable<TargetOptions['seed']> =>
  async (fixture, settings) => {
    const file = repositoryPath('bench', 'seeds', `${server}-${fixture}.sql`)
    if (!existsSync(file)) return false
    await withDatabase(databaseUrl, async (client) => {
      for (const [name, value] of Object.entries(settings)) await client.query('SELECT set_config($1, $2, false)', [`bench.${name}`, value])
      await client.query(readFileSync(file, 'utf8'))
      await client.query('VACUUM ANALYZE')
    })
    return true
  }
