/** Objects in any S3 server (tested against versitygw). Uploads are multipart streams: constant memory. */
import { createHash } from 'node:crypto'
import { finished, Readable, Transform } from 'node:stream'
import { CreateBucketCommand, DeleteObjectCommand, GetObjectCommand, HeadBucketCommand, NoSuchKey, NotFound, S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { unavailable } from '#shared/errors.ts'
import type { Buckets, ObjectStore } from '#shared/objects/object-store.ts'

export interface S3Options {
  readonly endpoint?: string
  readonly region: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly buckets: Buckets
}

export async function createS3Store(options: S3Options): Promise<ObjectStore> {
  const { accessKeyId, secretAccessKey } = options
  const client = new S3Client({
    region: options.region,
    ...(options.endpoint ? { endpoint: options.endpoint, forcePathStyle: true } : {}),
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
  })
  for (const bucket of Object.values(options.buckets)) {
    await client.send(new HeadBucketCommand({ Bucket: bucket })).catch(async (error: unknown) => {
      if (!(error instanceof NotFound)) throw error
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
    })
  }

  return {
    async put(bucket, key, body) {
      const hash = createHash('sha256')
      let size = 0
      const meter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          hash.update(chunk)
          size += chunk.length
          done(null, chunk)
        },
      })
      // Also where the body failed before we came; the body itself stays open, so that a refusal can still be answered.
      finished(body, { writable: false }, (error) => {
        if (error) meter.destroy(error)
      })
      try {
        await new Upload({ client, params: { Bucket: bucket, Key: key, Body: body.pipe(meter) }, queueSize: 2, partSize: 8 * 1024 * 1024 }).done()
      } catch (error) {
        throw isOutage(error) ? unavailable('object storage', error) : error
      }
      return { size, sha256: hash.digest('hex') }
    },
    async get(bucket, key, range) {
      try {
        const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...(range ? { Range: `bytes=${range.start}-${range.end}` } : {}) }))
        if (!(answer.Body instanceof Readable)) throw new Error('the object store answered without a stream')
        const total = answer.ContentRange?.split('/')[1] ?? answer.ContentLength
        return { body: answer.Body, size: Number(total ?? 0) }
      } catch (error) {
        if (error instanceof NoSuchKey || error instanceof NotFound) return undefined
        throw isOutage(error) ? unavailable('object storage', error) : error
      }
    },
    async delete(bucket, key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })).catch((error: unknown) => {
        throw isOutage(error) ? unavailable('object storage', error) : error
      })
    },
    ping: () =>
      client.send(new HeadBucketCommand({ Bucket: options.buckets.artifacts })).then(
        () => true,
        () => false,
      ),
    close: () => {
      client.destroy()
      return Promise.resolve()
    },
  }
}

const isOutage = (error: unknown): boolean => !(error instanceof S3ServiceException) || (error.$metadata.httpStatusCode ?? 500) >= 500
