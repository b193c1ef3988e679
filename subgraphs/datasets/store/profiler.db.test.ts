import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DomainError } from '#shared/errors.ts'
import { createLog } from '#shared/telemetry/log.ts'
import type { Format } from '#datasets/domain/format.ts'
import { createProfiler, type SupervisedProfiler } from '#datasets/store/profiler.ts'

const log = createLog({ service: 'test', level: 'silent' })
let directory: string
let profiler: SupervisedProfiler
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-profiler-'))
  profiler = createProfiler({ log })
})
afterAll(async () => {
  await profiler.stop()
  await rm(directory, { recursive: true })
})

let count = 0
async function fileOf(content: string | Uint8Array): Promise<string> {
  const path = join(directory, `file-${++count}`)
  await writeFile(path, content)
  return path
}
async function profile(content: string | Uint8Array, format: Format) {
  const path = await fileOf(content)
  return profiler.profile(path, format, content.length)
}
const shape = async (content: string | Uint8Array, format: Format) => (await profile(content, format)).columns.map(({ name, type }) => `${name} ${type}`)

/** DuckDB as a writer of Parquet, for tests. */
async function parquet(select: string, options = ''): Promise<Buffer> {
  const path = join(directory, `made-${++count}.parquet`)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet${options})`)
  connection.closeSync()
  instance.closeSync()
  return readFile(path)
}

describe('what a profile tells', () => {
  it.each<[string, Format, string, string[]]>([
    ['numbers, dates and flags', 'csv', 'a,b,c,d,e\n1,1.5,2026-01-01,true,2026-01-01 10:00:00\n', ['a BIGINT', 'b DOUBLE', 'c DATE', 'd BOOLEAN', 'e TIMESTAMP']],
    ['a semicolon for a delimiter', 'csv', 'a;b\n1;x,y\n', ['a BIGINT', 'b VARCHAR']],
    ['quoted names with the delimiter in them', 'csv', '"a,b","c\nd"\n1,2\n', ['a,b BIGINT', 'c\nd BIGINT']],
    ['a byte order mark', 'csv', '\ufeffa,b\n1,2\n', ['a BIGINT', 'b BIGINT']],
    ['lines that begin with #', 'csv', 'a,b\n#1,2\n', ['a VARCHAR', 'b BIGINT']],
    ['Windows line ends', 'csv', 'a,b\r\n1,2\r\n', ['a BIGINT', 'b BIGINT']],
    ['a header alone', 'csv', 'a,b\n', ['a VARCHAR', 'b VARCHAR']],
    ['a name that is given twice', 'csv', 'a,a\n1,2\n', ['a BIGINT', 'a_1 BIGINT']],
    ['a type that a late line contradicts', 'csv', `a,b\n${'1,2\n'.repeat(30_000)}x,3\n`, ['a VARCHAR', 'b BIGINT']],
    ['tabs', 'tsv', 'a\tb\n1\t2,3\n', ['a BIGINT', 'b VARCHAR']],
    ['nested objects', 'jsonl', '{"a":1,"b":{"c":[1]}}\n{"d":"x"}\n', ['a BIGINT', 'b STRUCT(c BIGINT[])', 'd VARCHAR']],
    ['a JSON type that a late line contradicts', 'jsonl', `${'{"a":1}\n'.repeat(30_000)}{"a":"x"}\n`, ['a JSON']],
  ])('knows %s', async (_what, format, content, columns) => {
    expect(await shape(content, format)).toEqual(columns)
  })
  it('counts rows, sees missing values and keeps the first hundred rows', async () => {
    const { rowCount, columns, sample } = await profile(`a,b\n${Array.from({ length: 250 }, (_, i) => `${i},${i === 200 ? '' : 1}`).join('\n')}\n`, 'csv')
    expect({ rowCount, nullable: columns.map(({ nullable }) => nullable), rows: sample.rows.length }).toEqual({ rowCount: 250, nullable: [false, true], rows: 100 })
  })
  it('shows cells as JSON: exact where a double is, text where it is not, and never too long', async () => {
    const bytes = await parquet(
      `SELECT 9007199254740991::BIGINT a, 9007199254740993::BIGINT b, 'NaN'::DOUBLE c, 1.10::DECIMAL(5,2) d, DATE '2026-01-01' e, [1, NULL] f, repeat('x', 5000) g, range(10000) h, NULL::INT i, {'k': 9007199254740993} j`,
    )
    const { sample } = await profile(bytes, 'parquet')
    const [row] = sample.rows
    expect(row?.slice(0, 6)).toEqual([9007199254740991, '9007199254740993', 'NaN', '1.10', '2026-01-01', [1, null]])
    expect(row?.[6]).toBe(`${'x'.repeat(1_000)}…`)
    expect(row?.[7]).toMatch(/^\[0,1,2,.*…$/)
    expect(row?.slice(8)).toEqual([null, { k: '9007199254740993' }])
  })
})

describe('Parquet that lies', () => {
  const problem = 'The file is not a whole Parquet file: its footer or one of its pages cannot be read.'
  it('is refused when cut, when a page is damaged and when the footer is', async () => {
    const whole = await parquet("SELECT range a, 'text' || range b FROM range(100000)")
    expect((await profile(whole, 'parquet')).rowCount).toBe(100_000)
    const page = Buffer.from(whole).fill(0x7f, 200, 4_000)
    const footer = Buffer.from(whole).fill(0xee, whole.length - 200, whole.length - 8)
    for (const bytes of [whole.subarray(0, whole.length / 2), page, footer]) await expect(profile(bytes, 'parquet')).rejects.toMatchObject({ code: 'INVALID', message: problem })
  })
  it('is refused in words or read, never a defect of ours, whatever byte of it is wrong', async () => {
    const whole = await parquet("SELECT range a, 'text' || range b FROM range(20)")
    for (let at = 4; at < whole.length; at += 23) {
      const bytes = Buffer.from(whole)
      bytes[at] = bytes.readUInt8(at) ^ 0xff
      const error = await profile(bytes, 'parquet').then(
        () => undefined,
        (e: unknown) => e,
      )
      if (error !== undefined) expect(error, `byte ${at}`).toBeInstanceOf(DomainError)
    }
    expect((await profile(whole, 'parquet')).rowCount).toBe(20)
  })
})

describe('the child process', () => {
  let own: SupervisedProfiler | undefined
  afterEach(() => own?.stop())

  const big = () => fileOf(`a,b\n${'1,some text\n'.repeat(2_000_000)}`)
  const alive = async (of: SupervisedProfiler): Promise<number> => {
    await expect.poll(() => of.pid()).toBeTypeOf('number')
    return of.pid() ?? 0
  }

  it('that is killed mid-way costs its request a clear error, and the next call works', async () => {
    own = createProfiler({ log })
    const path = await big()
    const lost = own.profile(path, 'csv', 1).catch((error: unknown) => error)
    const waiting = own.profile(await fileOf('a\n1\n'), 'csv', 1)
    const pid = await alive(own)
    process.kill(pid, 'SIGKILL')
    expect(await lost).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('Reading the file was given up') })
    expect((await waiting).rowCount).toBe(1)
    expect(own.pid()).not.toBe(pid)
  })
  it('that hangs is killed at its deadline, and the next call works', async () => {
    own = createProfiler({ log, deadlineMs: 10_000 })
    await own.profile(await fileOf('a\n1\n'), 'csv', 1)
    const pid = await alive(own)
    process.kill(pid, 'SIGSTOP')
    await expect(own.profile(await fileOf('a\n1\n'), 'csv', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect((await own.profile(await fileOf('a\n1\n2\n'), 'csv', 1)).rowCount).toBe(2)
    expect(own.pid()).not.toBe(pid)
  })
  it('is one, however many ask', async () => {
    own = createProfiler({ log })
    const path = await fileOf('a\n1\n')
    await own.profile(path, 'csv', 1)
    const pid = await alive(own)
    const counts = await Promise.all(Array.from({ length: 20 }, () => own?.profile(path, 'csv', 1)))
    expect(counts.every((answer) => answer?.rowCount === 1)).toBe(true)
    expect(own.pid()).toBe(pid)
  })
  it.runIf(process.platform === 'linux')('knows nothing of our environment', async () => {
    process.env['SLUICE_TEST_SECRET'] = 'hidden-7265'
    own = createProfiler({ log })
    await own.profile(await fileOf('a\n1\n'), 'csv', 1)
    const pid = await alive(own)
    const environment = spawnSync('cat', [`/proc/${pid}/environ`]).stdout.toString()
    const ours = spawnSync('cat', [`/proc/self/environ`]).stdout.toString()
    delete process.env['SLUICE_TEST_SECRET']
    expect(ours).toContain('hidden-7265') // the control: a child that inherits has it
    expect(environment).toContain('NODE_NO_WARNINGS')
    expect(environment).not.toContain('hidden-7265')
    expect(environment).not.toContain('POSTGRES')
  })
})
