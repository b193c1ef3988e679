import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'
import { profileArrow } from '#datasets/store/arrow-file.ts'
import { FileProblem } from '#datasets/store/file-problem.ts'

// Written by pyarrow 26: two-batches.arrow has batches of 3 and 2 rows, compressed.feather has 10 rows in LZ4.
const fixture = (name: string) => repositoryPath('subgraphs/datasets/testing', name)
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-arrow-'))
})
afterAll(() => rm(directory, { recursive: true }))

describe('an Arrow file', () => {
  it('tells its columns and the rows of all its batches', async () => {
    const { columns, rowCount, sample } = await profileArrow(fixture('two-batches.arrow'))
    expect(columns.map(({ name, type, nullable }) => `${name} ${type}${nullable ? '' : ' not null'}`)).toEqual([
      'id BIGINT not null',
      'u USMALLINT',
      'x DOUBLE',
      'h FLOAT',
      'name VARCHAR',
      'ok BOOLEAN',
      'day DATE',
      'm DECIMAL(10,2)',
      'l LIST',
    ])
    expect(rowCount).toBe(5)
    expect(sample).toEqual({ columns: ['id', 'u', 'x', 'h', 'name', 'ok', 'day', 'm', 'l'], rows: [] })
  })
  it('may be compressed', async () => {
    expect(await profileArrow(fixture('compressed.feather'))).toMatchObject({ columns: [{ name: 'a', type: 'BIGINT' }], rowCount: 10 })
  })
  it('is refused in words, never with a defect, whatever byte of it is wrong', async () => {
    const whole = await readFile(fixture('two-batches.arrow'))
    const path = join(directory, 'broken.arrow')
    let refused = 0
    const refusedOrRead = async (bytes: Buffer): Promise<void> => {
      await writeFile(path, bytes)
      await profileArrow(path).catch((error: unknown) => {
        expect(error).toBeInstanceOf(FileProblem)
        refused++
      })
    }
    for (let end = 0; end < whole.length; end += 97) await refusedOrRead(whole.subarray(0, end))
    const cuts = refused
    for (let at = 8; at < whole.length; at += 3) {
      const bytes = Buffer.from(whole)
      bytes[at] = bytes.readUInt8(at) ^ 0xff
      await refusedOrRead(bytes)
    }
    expect(cuts).toBe(Math.ceil(whole.length / 97))
    expect(refused).toBeGreaterThan(cuts)
  })
})
