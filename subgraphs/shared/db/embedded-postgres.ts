/**
 * The PostgreSQL that Sluice brings along: a real server in the data directory, started and stopped by us. A server left
 * behind by a killed parent is adopted when it answers to our password, else ended; nothing is ever deleted to get going.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { createCluster, startServer } from '#shared/db/postgres-process.ts'
import { placeForCluster, serverAccount, serverPrograms } from '#shared/db/postgres-programs.ts'
import { freePort } from '#shared/local-servers/programs.ts'
import type { Log } from '#shared/telemetry/log.ts'

export interface EmbeddedPostgresOptions {
  /** Holds `postgres.json` (port, password and where the cluster is; mode 0600), `postgres.log`, and the cluster. */
  readonly directory: string
  readonly log: Log
  /** Called as work goes on, for people who wait. */
  readonly progress?: (what: string) => void
}

export interface EmbeddedServer {
  /** postgres://… of the database `sluice`. */
  readonly url: string
  stop(): Promise<void>
}

interface Stored {
  readonly password: string
  readonly port: number
  /** The cluster's folder; absent in files of earlier starts, which kept it beside them. */
  readonly cluster?: string
}

const USER = 'postgres'
const DATABASE = 'sluice'

export async function startEmbeddedPostgres({ directory, log, progress }: EmbeddedPostgresOptions): Promise<EmbeddedServer> {
  await mkdir(directory, { recursive: true })
  const file = join(directory, 'postgres.json')
  const account = await serverAccount()
  const known = await readStored(file)
  let stored: Stored = known ?? { password: randomBytes(24).toString('hex'), port: await freePort(), cluster: await placeForCluster(account, directory) }
  const { cluster = join(directory, 'postgres') } = stored

  if (known && (await postmasterPid(cluster))) {
    const adopted = await adoptOrEnd(cluster, stored, log)
    if (adopted) return adopted
  }
  if (known && !(await isFree(stored.port))) stored = { ...stored, port: await freePort() }
  await writeFile(file, JSON.stringify(stored), { mode: 0o600 })

  const place = { programs: await serverPrograms(account), account, cluster }
  if (!(await exists(join(cluster, 'PG_VERSION')))) {
    progress?.(cluster.startsWith(directory) ? 'creating the database' : `creating the database in ${cluster}, because its user cannot enter ${directory}`)
    await createCluster(place, USER, stored.password)
  }
  progress?.('starting PostgreSQL')
  const stop = await startServer(place, stored.port, join(directory, 'postgres.log'), log)
  await ensureDatabase(stored)
  return { url: urlOf(stored, DATABASE), stop }
}

const urlOf = ({ password, port }: Stored, database: string): string => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`

async function readStored(file: string): Promise<Stored | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const value: unknown = JSON.parse(text)
  if (typeof value === 'object' && value !== null && 'password' in value && 'port' in value && typeof value.password === 'string' && typeof value.port === 'number') {
    return { password: value.password, port: value.port, ...('cluster' in value && typeof value.cluster === 'string' ? { cluster: value.cluster } : {}) }
  }
  throw new Error(`${file} does not hold a port and a password`)
}

async function postmasterPid(cluster: string): Promise<number | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number(text.split('\n')[0])
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Uses the orphan when it is ours and answers; otherwise asks it to stop (SIGINT: fast shutdown) and waits. */
async function adoptOrEnd(cluster: string, stored: Stored, log: Log): Promise<EmbeddedServer | undefined> {
  const pid = await postmasterPid(cluster)
  if (pid === undefined) return undefined
  const answers = await ensureDatabase(stored).then(
    () => true,
    () => false,
  )
  if (answers) {
    log.info({ pid }, 'adopted the PostgreSQL of an earlier start')
    return { url: urlOf(stored, DATABASE), stop: () => endProcess(pid) }
  }
  log.warn({ pid }, 'ending a PostgreSQL that does not answer')
  await endProcess(pid)
  return undefined
}

async function endProcess(pid: number): Promise<void> {
  if (!isAlive(pid)) return
  process.kill(pid, 'SIGINT')
  for (let waited = 0; isAlive(pid); waited += 50) {
    if (waited > 30_000) throw new Error(`PostgreSQL (pid ${pid}) does not stop`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function ensureDatabase(stored: Stored): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(stored, 'postgres'), connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  } finally {
    await client.end()
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })

const exists = (file: string): Promise<boolean> =>
  readFile(file).then(
    () => true,
    () => false,
  )
