/** Incoming bytes on disk: one private directory of this process, one file per upload, both gone afterwards. */
import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DomainError, unavailable } from '#shared/errors.ts'
import { limits } from '#datasets/domain/limits.ts'
import type { Spool, SpooledFile } from '#datasets/domain/ports.ts'

const HEAD_BYTES = 64 * 1024

/** `parent`: where the directory is made; the system's temporary directory by default. */
export async function createSpool(parent: string = tmpdir(), idleMs: number = limits.idleMs): Promise<Spool> {
  const directory = await mkdtemp(join(parent, 'sluice-datasets-')) // mode 0700, unpredictable
  const newPath = (): string => join(directory, randomUUID())
  const writeTo = (path: string) => createWriteStream(path, { flags: 'wx', mode: 0o600 })

  return {
    async receive(body, maxBytes) {
      const path = newPath()
      const hash = createHash('sha256')
      const heads: Buffer[] = []
      let size = 0
      const meter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          idle.refresh()
          if (size < HEAD_BYTES) heads.push(Buffer.from(chunk.subarray(0, HEAD_BYTES - size)))
          size += chunk.length
          if (size > maxBytes) return done(new DomainError('TOO_LARGE', `The file is larger than ${maxBytes} bytes.`))
          hash.update(chunk)
          done(null, chunk)
        },
      })
      const idle = setTimeout(() => body.destroy(new Error('the upload fell silent')), idleMs)
      try {
        await pipeline(body, meter, writeTo(path))
      } catch (error) {
        await rm(path, { force: true })
        throw wording(error)
      } finally {
        clearTimeout(idle)
      }
      const file: SpooledFile = { path, size, sha256: hash.digest('hex'), head: Buffer.concat(heads), discard: () => rm(path, { force: true }) }
      return file
    },
    async withCopy(body, work) {
      const path = newPath()
      try {
        await pipeline(body, writeTo(path)).catch((error: unknown) => {
          throw isFull(error) ? unavailable('temporary storage', error) : unavailable('object storage', error)
        })
        return await work(path)
      } finally {
        await rm(path, { force: true })
      }
    },
    close: () => rm(directory, { recursive: true, force: true }),
  }
}

function wording(error: unknown): unknown {
  if (error instanceof DomainError) return error
  if (isFull(error)) return unavailable('temporary storage', error)
  return new DomainError('INVALID', 'The upload ended early.', {}, { cause: error })
}

const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
