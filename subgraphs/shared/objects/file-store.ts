/** Objects as files below one directory: the embedded store. Written beside, synced, then renamed into place. */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, constants, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ObjectStore } from '#shared/objects/object-store.ts'

export async function createFileStore(root: string): Promise<ObjectStore> {
  const base = resolve(root)
  const incoming = join(base, '.incoming')
  await mkdir(incoming, { recursive: true, mode: 0o700 })

  const fileOf = (bucket: string, key: string): string => {
    const file = resolve(base, bucket, key)
    if (!file.startsWith(`${base}${sep}`)) throw new Error('object key leaves the store')
    return file
  }

  return {
    async put(bucket, key, body) {
      const file = fileOf(bucket, key)
      const temporary = join(incoming, randomUUID())
      const handle = await open(temporary, 'wx', 0o600)
      try {
        const hash = createHash('sha256')
        let size = 0
        const meter = new Transform({
          transform(chunk: Buffer, _encoding, done) {
            hash.update(chunk)
            size += chunk.length
            done(null, chunk)
          },
        })
        await pipeline(body, meter, handle.createWriteStream({ flush: true }))
        await mkdir(dirname(file), { recursive: true, mode: 0o700 })
        await rename(temporary, file)
        return { size, sha256: hash.digest('hex') }
      } catch (error) {
        await handle.close().catch(() => undefined)
        await rm(temporary, { force: true })
        throw error
      }
    },
    async get(bucket, key, range) {
      const file = fileOf(bucket, key)
      const found = await stat(file).catch(() => undefined)
      if (!found?.isFile()) return undefined
      const body: Readable = createReadStream(file, range && { start: range.start, end: range.end })
      return { body, size: found.size }
    },
    delete: (bucket, key) => rm(fileOf(bucket, key), { force: true }),
    ping: () =>
      access(base, constants.W_OK).then(
        () => true,
        () => false,
      ),
    close: () => Promise.resolve(),
  }
}
