/** Both stores keep the same promises: the same tests on files and on a real S3 server. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFileStore } from '#shared/objects/file-store.ts'
import { defaultBuckets, type ObjectStore } from '#shared/objects/object-store.ts'
import { createS3Store } from '#shared/objects/s3-store.ts'
import { hasS3Server, startTestS3 } from '#shared/testing/versitygw.ts'

interface Kind {
  readonly name: string
  readonly isHere: boolean
  open(): Promise<{ readonly store: ObjectStore; close(): Promise<void> }>
}

const kinds: readonly Kind[] = [
  {
    name: 'files',
    isHere: true,
    async open() {
      const directory = await mkdtemp(join(tmpdir(), 'sluice-files-'))
      return { store: await createFileStore(directory), close: () => rm(directory, { recursive: true, force: true }) }
    },
  },
  {
    name: 'S3',
    isHere: hasS3Server(),
    async open() {
      const { endpoint, accessKeyId, secretAccessKey, stop } = await startTestS3()
      return { store: await createS3Store({ endpoint, region: 'us-east-1', accessKeyId, secretAccessKey, buckets: defaultBuckets }), close: () => stop() }
    },
  },
]
const bucket = defaultBuckets.artifacts

describe.each(kinds)('objects in $name', ({ isHere, open }) => {
  if (!isHere) return it.skipIf(true)('versitygw is not installed')
  let store: ObjectStore
  let close: () => Promise<void>
  beforeAll(async () => {
    ;({ store, close } = await open())
  })
  afterAll(async () => {
    await store.close()
    await close()
  })
  const read = async (key: string, range?: { start: number; end: number }): Promise<Buffer | undefined> => {
    const opened = await store.get(bucket, key, range)
    return opened && buffer(opened.body)
  }

  it('gives back what was put, with its size and hash', async () => {
    const bytes = randomBytes(20 * 1024 * 1024) // more than one part of a multipart upload
    expect(await store.put(bucket, 'a/b/large.bin', Readable.from([bytes.subarray(0, 7_000_000), bytes.subarray(7_000_000)]))).toEqual({
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
    expect((await read('a/b/large.bin'))?.equals(bytes)).toBe(true)
    expect((await store.get(bucket, 'a/b/large.bin', { start: 0, end: 0 }))?.size).toBe(bytes.length)
  })

  it('gives a range, both ends included', async () => {
    await store.put(bucket, 'digits', Readable.from(['0123456789']))
    expect((await read('digits', { start: 2, end: 5 }))?.toString()).toBe('2345')
  })

  it('keeps an empty object and replaces an old one', async () => {
    await store.put(bucket, 'empty', Readable.from([]))
    expect((await read('empty'))?.length).toBe(0)
    await store.put(bucket, 'empty', Readable.from(['now']))
    expect((await read('empty'))?.toString()).toBe('now')
  })

  it('shows nothing of an upload that was cut off', async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(9 * 1024 * 1024)
        throw new Error('the client went away')
      })(),
    )
    await expect(store.put(bucket, 'half', broken)).rejects.toThrow()
    expect(await store.get(bucket, 'half')).toBeUndefined()
  })

  it('knows nothing of what was deleted or never there, and deletes without complaint', async () => {
    await store.put(bucket, 'gone', Readable.from(['x']))
    await store.delete(bucket, 'gone')
    await store.delete(bucket, 'gone')
    expect(await store.get(bucket, 'gone')).toBeUndefined()
    expect(await store.get(bucket, 'never/there')).toBeUndefined()
  })

  it('says that it answers', async () => {
    expect(await store.ping()).toBe(true)
  })
})

describe.skipIf(!hasS3Server())('an S3 server that is gone', () => {
  it('is unavailable, not empty', async () => {
    const { endpoint, accessKeyId, secretAccessKey, stop } = await startTestS3()
    const store = await createS3Store({ endpoint, region: 'us-east-1', accessKeyId, secretAccessKey, buckets: defaultBuckets })
    await store.put(bucket, 'kept', Readable.from(['x']))
    await stop('SIGKILL')
    await expect(store.get(bucket, 'kept')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(store.put(bucket, 'more', Readable.from(['x']))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await store.ping().catch(() => false)).toBe(false)
    await store.close()
  })
})
