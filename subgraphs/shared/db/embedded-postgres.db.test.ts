import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedServer } from '#shared/db/embedded-postgres.ts'
import { createLog } from '#shared/telemetry/log.ts'

let outside: string
let directory: string
beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'sluice-closed-')) // mode 0700: as root, the server's user cannot enter it
  directory = join(outside, 'data')
})
afterEach(async () => {
  const apart = clusterOf()
  if (apart?.startsWith('/var/lib/sluice/data-')) await rm(dirname(apart), { recursive: true, force: true })
  await rm(outside, { recursive: true, force: true })
})

const clusterOf = (): string | undefined => {
  const file = join(directory, 'postgres.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { cluster?: string }).cluster : undefined // written by the code under test
}
const start = (): Promise<EmbeddedServer> => startEmbeddedPostgres({ directory, log: createLog({ service: 'test', level: 'silent' }) })
async function ask(server: EmbeddedServer, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  const { rows } = await client.query(statement)
  await client.end()
  return rows
}

describe('the embedded PostgreSQL', () => {
  it('starts below a folder that nobody else may enter, and keeps its data over a restart', async () => {
    const first = await start()
    await ask(first, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.stop()
    const second = await start()
    expect(await ask(second, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await second.stop()
    expect((await stat(join(directory, 'postgres.json'))).mode & 0o777).toBe(0o600)
  })

  it('takes what an interrupted start left for nothing', async () => {
    await mkdir(join(directory, 'postgres.unfinished'), { recursive: true })
    await writeFile(join(directory, 'postgres.unfinished/PG_VERSION'), '18')
    const server = await start()
    expect(await ask(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await server.stop()
  })

  it('loses nothing that was committed when the server is killed', async () => {
    const first = await start()
    await ask(first, 'CREATE TABLE kept AS SELECT 42 AS answer')
    const pid = Number(readFileSync(join(clusterOf() ?? '', 'postmaster.pid'), 'utf8').split('\n')[0])
    const gone = first.stop.bind(first)
    process.kill(pid, 'SIGKILL')
    await gone()
    const second = await start()
    expect(await ask(second, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await second.stop()
  })

  it('says why the server does not start', async () => {
    const first = await start()
    await first.stop()
    await writeFile(join(clusterOf() ?? '', 'postgresql.conf'), 'no_such_setting = 1\n')
    await expect(start()).rejects.toThrow(/PostgreSQL ended with 1: .*no_such_setting/)
  })

  it('does not end this process or listen to its signals', async () => {
    const counts = () => ['exit', 'beforeExit', 'SIGINT', 'SIGTERM'].map((event) => process.listenerCount(event))
    const before = counts()
    await (await start()).stop()
    expect(counts()).toEqual(before)
  })
})
