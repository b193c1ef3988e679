/**
 * Schema and row count of an Arrow IPC file (format/File.fbs, Schema.fbs and Message.fbs of apache/arrow). DuckDB reads
 * Arrow files only with an extension that must be downloaded, so the few fields we show are read from the footer here.
 */
import { open, type FileHandle } from 'node:fs/promises'
import type { Column, Profile } from '#datasets/domain/dataset.ts'
import { refuseCount, refuseNames } from '#datasets/store/column-limits.ts'
import { FileProblem } from '#datasets/store/file-problem.ts'

const MAGIC = Buffer.from('ARROW1')
const MAX_METADATA_BYTES = 64 * 1024 * 1024
const damaged = () => new FileProblem('The file is not a whole Arrow file: its footer or one of its batches cannot be read.')

/** A table of a FlatBuffer: fields are found through its vtable, absent ones have their default. */
class Table {
  constructor(
    readonly bytes: Buffer,
    readonly at: number,
  ) {}
  static root(bytes: Buffer): Table {
    return new Table(bytes, bytes.readUInt32LE(0))
  }
  #field(index: number): number | undefined {
    const vtable = this.at - this.bytes.readInt32LE(this.at)
    const slot = 4 + 2 * index
    if (slot >= this.bytes.readUInt16LE(vtable)) return undefined
    const offset = this.bytes.readUInt16LE(vtable + slot)
    return offset === 0 ? undefined : this.at + offset
  }
  byte(index: number): number {
    const at = this.#field(index)
    return at === undefined ? 0 : this.bytes.readUInt8(at)
  }
  short(index: number): number {
    const at = this.#field(index)
    return at === undefined ? 0 : this.bytes.readInt16LE(at)
  }
  int(index: number): number {
    const at = this.#field(index)
    return at === undefined ? 0 : this.bytes.readInt32LE(at)
  }
  long(index: number): number {
    const at = this.#field(index)
    return at === undefined ? 0 : Number(this.bytes.readBigInt64LE(at))
  }
  #target(index: number): number | undefined {
    const at = this.#field(index)
    return at === undefined ? undefined : at + this.bytes.readUInt32LE(at)
  }
  table(index: number): Table | undefined {
    const at = this.#target(index)
    return at === undefined ? undefined : new Table(this.bytes, at)
  }
  text(index: number): string {
    const at = this.#target(index)
    if (at === undefined) return ''
    return this.bytes.toString('utf8', at + 4, at + 4 + this.bytes.readUInt32LE(at))
  }
  /** Where the elements of a vector begin, and how many there are; `width` bytes each must fit. */
  vector(index: number, width: number): { at: number; length: number } {
    const at = this.#target(index)
    if (at === undefined) return { at: 0, length: 0 }
    const length = this.bytes.readUInt32LE(at)
    if (at + 4 + length * width > this.bytes.length) throw new RangeError('vector leaves the buffer')
    return { at: at + 4, length }
  }
  tables(index: number): Table[] {
    const { at, length } = this.vector(index, 4)
    return Array.from({ length }, (_, i) => new Table(this.bytes, at + 4 * i + this.bytes.readUInt32LE(at + 4 * i)))
  }
}

export async function profileArrow(path: string): Promise<Profile> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const footer = Table.root(await footerOf(file, size))
    const schema = footer.table(1)
    if (!schema) throw damaged()
    refuseCount(schema.vector(1, 4).length)
    const fields = schema.tables(1)
    refuseNames(fields.map((field) => field.text(0)))
    const columns = fields.map((field): Column => ({ name: field.text(0), type: typeName(field), nullable: field.byte(1) !== 0 }))
    return { columns, rowCount: await countRows(file, size, footer), sample: { columns: columns.map(({ name }) => name), rows: [] } }
  } catch (error) {
    throw error instanceof RangeError ? damaged() : error
  } finally {
    await file.close()
  }
}

async function footerOf(file: FileHandle, size: number): Promise<Buffer> {
  if (size < 2 * MAGIC.length + 8) throw damaged()
  const tail = await read(file, size - 10, 10, size)
  const length = tail.readInt32LE(0)
  if (!tail.subarray(4).equals(MAGIC) || length <= 0) throw damaged()
  return read(file, size - 10 - length, length, size)
}

async function read(file: FileHandle, position: number, length: number, size: number): Promise<Buffer> {
  if (position < 0 || length > MAX_METADATA_BYTES || position + length > size) throw damaged()
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await file.read(bytes, 0, length, position)
  if (bytesRead !== length) throw damaged()
  return bytes
}

const BLOCK_BYTES = 24
const RECORD_BATCH = 3

async function countRows(file: FileHandle, size: number, footer: Table): Promise<number> {
  const blocks = footer.vector(3, BLOCK_BYTES)
  let rows = 0
  for (let i = 0; i < blocks.length; i++) {
    const at = blocks.at + i * BLOCK_BYTES
    const offset = Number(footer.bytes.readBigInt64LE(at))
    const metadata = footer.bytes.readInt32LE(at + 8)
    const body = Number(footer.bytes.readBigInt64LE(at + 16))
    if (metadata <= 8 || body < 0 || offset + metadata + body > size) throw damaged()
    const message = await read(file, offset, metadata, size)
    // Since Arrow 0.15 a message begins with 0xFFFFFFFF and its length; before with its length alone.
    const header = Table.root(message.subarray(message.readUInt32LE(0) === 0xffffffff ? 8 : 4))
    const length = header.table(2)?.long(0)
    if (header.byte(1) !== RECORD_BATCH || length === undefined || length < 0) throw damaged()
    rows += length
  }
  if (!Number.isSafeInteger(rows)) throw damaged()
  return rows
}

const simpleTypes: Readonly<Record<number, string>> = {
  1: 'NULL',
  4: 'BLOB',
  5: 'VARCHAR',
  6: 'BOOLEAN',
  8: 'DATE',
  9: 'TIME',
  10: 'TIMESTAMP',
  11: 'INTERVAL',
  12: 'LIST',
  13: 'STRUCT',
  14: 'UNION',
  15: 'BLOB',
  16: 'ARRAY',
  17: 'MAP',
  18: 'INTERVAL',
  19: 'BLOB',
  20: 'VARCHAR',
  21: 'LIST',
  23: 'BLOB',
  24: 'VARCHAR',
  25: 'LIST',
  26: 'LIST',
}
const wholeNumbers: Readonly<Record<number, string>> = { 8: 'TINYINT', 16: 'SMALLINT', 32: 'INTEGER', 64: 'BIGINT' }

/** Arrow's type in DuckDB's words, as the other formats have them. */
function typeName(field: Table): string {
  const kind = field.byte(2)
  const type = field.table(3)
  if (kind === 2 && type) return `${type.byte(1) ? '' : 'U'}${wholeNumbers[type.int(0)] ?? 'BIGINT'}`
  if (kind === 3 && type) return type.short(0) === 2 ? 'DOUBLE' : 'FLOAT'
  if (kind === 7 && type) return `DECIMAL(${type.int(0)},${type.int(1)})`
  return simpleTypes[kind] ?? 'UNKNOWN'
}
