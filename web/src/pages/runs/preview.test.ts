import { describe, expect, it } from 'vitest'
import { parseTable, previewOf, previewRows, readHead } from './preview.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('parseTable', () => {
  it('reads quotes, doubled quotes, separators and line breaks in quotes', () =>
    expect(parseTable('a,b\r\n"x, ""y""","1\n2"\n', ',')).toEqual([
      ['a', 'b'],
      ['x, "y"', '1\n2'],
    ]))
  it('keeps empty cells and drops empty lines', () =>
    expect(parseTable('a,,c\n\n,,\n', ',')).toEqual([
      ['a', '', 'c'],
      ['', '', ''],
    ]))
})

describe('previewOf', () => {
  it('shows no bytes that are not text', () => {
    expect(previewOf('model.bin', new Uint8Array([1, 0, 2]), false)).toEqual({ kind: 'binary' })
    expect(previewOf('model.bin', new Uint8Array([0xff, 0xfe, 0x41]), false)).toEqual({ kind: 'binary' })
  })
  it('shows text that was cut in the middle of a character', () => expect(previewOf('log', bytes('naïve').slice(0, 3), true)).toEqual({ kind: 'text', text: 'na', cut: true }))
  it('drops the last row of a cut table, which may have lost its end', () =>
    expect(previewOf('x.CSV', bytes('a,b\n1,2\n3'), true)).toEqual({ kind: 'table', head: ['a', 'b'], rows: [['1', '2']], cut: true }))
  it('says that a long table goes on', () => {
    const preview = previewOf('x.tsv', bytes(`a\tb\n${'1\t2\n'.repeat(previewRows + 1)}`), false)
    expect(preview).toMatchObject({ kind: 'table', cut: true })
    expect(preview.kind === 'table' && preview.rows.length).toBe(previewRows)
  })
})

describe('readHead', () => {
  const answering = async (response: Response): Promise<unknown> => {
    const before = globalThis.fetch
    globalThis.fetch = async () => response
    try {
      return await readHead('/x', 'x.txt', new AbortController().signal)
    } finally {
      globalThis.fetch = before
    }
  }
  it('knows from the range that there is more', async () =>
    expect(await answering(new Response('abc', { status: 206, headers: { 'content-range': 'bytes 0-2/9' } }))).toEqual({ preview: { kind: 'text', text: 'abc', cut: true } }))
  it('shows an empty file, which has no range', async () => expect(await answering(new Response(null, { status: 416 }))).toEqual({ preview: { kind: 'text', text: '', cut: false } }))
  it('tells a refusal', async () => expect(await answering(new Response('{"message":"no"}', { status: 404 }))).toMatchObject({ problem: { kind: 'missing' } }))
})
