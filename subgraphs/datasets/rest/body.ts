/** A request's body that may be given up without giving up the connection, on which the refusal must still be told. */
import { PassThrough, type Readable } from 'node:stream'

/** What a refused sender may still send before we answer: many read the answer only when they have sent everything. */
const LINGER_BYTES = 64 * 1024 ** 2
const LINGER_MS = 5_000

/** Runs `work` on the body. When it gives up early, what still comes is dropped for a while, then its error is thrown. */
export async function withBody<T>(request: Readable, work: (body: Readable) => Promise<T>): Promise<T> {
  const body = new PassThrough()
  const cutOff = (): void => {
    if (!request.readableEnded) body.destroy(new Error('the body was cut off'))
  }
  request.on('error', cutOff)
  request.on('close', cutOff)
  request.pipe(body)
  try {
    return await work(body)
  } catch (error) {
    request.unpipe(body)
    body.destroy()
    await dropRest(request)
    throw error
  }
}

function dropRest(request: Readable): Promise<void> {
  if (request.readableEnded || request.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    let left = LINGER_BYTES
    const timer = setTimeout(resolve, LINGER_MS)
    const end = (): void => {
      clearTimeout(timer)
      resolve()
    }
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length
      if (left < 0) end()
    })
    request.once('end', end)
    request.once('close', end)
    request.resume() // unpipe paused it
  })
}
