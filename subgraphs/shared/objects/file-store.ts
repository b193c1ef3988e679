/** Objects as files below one directory: the embedded store. Written beside, synced, then renamed into place. */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, constants, mkdir, open, rename, rm, rmdir, stat } from 'node:fs/promises'
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
        await moveInto(temporary, file)
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
    async delete(bucket, key) {
      const file = fileOf(bucket, key)
      await rm(file, { force: true })
      await removeEmptyFolders(dirname(file), join(base, bucket))
    },
    ping: () =>
      access(base, constants.W_OK).then(
        () => true,
        () => false,
      ),
    close: () => Promise.resolve(),
  }
}

/** A delete next door may remove the folder between the two steps: make it again. */
async function moveInto(temporary: string, file: string, attempts = 5): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  try {
    await rename(temporary, file)
  } catch (error) {
    if (attempts <= 1 || !(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    await moveInto(temporary, file, attempts - 1)
  }
}

/** Keys have no folders; one left behind would stand in the way of an object of its name. */
async function removeEmptyFolders(folder: string, top: string): Promise<void> {
  if (folder === top || !folder.startsWith(`${top}${sep}`)) return
  const removed = await rmdir(folder).then(
    () => true,
    () => false, // not empty, or gone already
  )
  if (removed) await removeEmptyFolders(dirname(folder), top)
}
