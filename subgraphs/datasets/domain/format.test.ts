import { describe, expect, it } from 'vitest'
import { formatOf } from '#datasets/domain/format.ts'

describe('the format of a file', () => {
  it.each([
    ['x.csv', 'a;b\n', 'csv'],
    ['x.TSV', 'a\tb\n', 'tsv'],
    ['x.ndjson', '{}\n', 'jsonl'],
    ['x.pq', 'PAR1…', 'parquet'],
    ['x.feather', 'ARROW1\0\0', 'arrow'],
    ['x', 'PAR1…', 'parquet'],
    ['x.data', '{"a":1}\n', 'jsonl'],
    ['x.txt', 'a\tb\n1\t2\n', 'tsv'],
    ['x.txt', '\ufeffa,b\n', 'csv'],
    ['x.json', '{"a":1}\n{"a":2}\n', 'jsonl'],
  ])('of %s with %j is known', (name, head, format) => {
    expect(formatOf(name, Buffer.from(head))).toBe(format)
  })
  it.each([
    ['x.csv', '', 'The file is empty.'],
    ['x.txt', 'plain words', 'not known'],
    ['x.html', '<table><td>a,b', 'not known'],
    ['x.json', '[{"a":1},{"a":2}]', 'not known'],
    ['x.arrow', 'PAR1', 'named like arrow, but its content is parquet'],
    ['x.csv', '%PDF-1.7', 'a PDF document'],
    ['x.csv.gz', '\x1f\x8b', 'a gzip archive'],
  ])('of %s with %j is refused', (name, head, words) => {
    expect(() => formatOf(name, Buffer.from(head, 'latin1'))).toThrow(words)
  })
})
