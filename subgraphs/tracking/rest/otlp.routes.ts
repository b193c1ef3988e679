/** OTLP over HTTP: `POST /v1/traces` in protobuf or JSON, plain, gzip or deflate. Errors are worded as MLflow's FastAPI does. */
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gunzip, inflate, inflateRaw } from 'node:zlib'
import { DomainError } from '#shared/errors.ts'
import { projectRoute, RestAnswer, type Route } from '#shared/rest/route.ts'
import { malformed, OtlpError, sentSpans, type OtlpRequest } from '#tracking/domain/otlp.ts'
import { readJson } from '#tracking/domain/otlp-json.ts'
import { readProtobuf } from '#tracking/domain/otlp-protobuf.ts'
import type { Traces } from '#tracking/domain/traces.ts'

/** What comes over the wire, and what it may become: a small body must not unfold into all our memory. */
const MAX_BODY = 16 * 1024 * 1024
const MAX_UNFOLDED = 32 * 1024 * 1024

const unfolded = { maxOutputLength: MAX_UNFOLDED }
const decoders: Readonly<Record<string, readonly ((body: Buffer) => Promise<Buffer>)[]>> = {
  gzip: [(body) => promisify(gunzip)(body, unfolded)],
  // Some clients leave out zlib's frame.
  deflate: [(body) => promisify(inflate)(body, unfolded), (body) => promisify(inflateRaw)(body, unfolded)],
}

async function readBody(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      // a request without setEncoding yields buffers
      size += chunk.length
      if (size > MAX_BODY) throw new DomainError('TOO_LARGE', `The body is larger than ${MAX_BODY} bytes.`)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof DomainError) throw error
    throw new DomainError('INVALID', 'The body ended early.', {}, { cause: error })
  }
  return Buffer.concat(chunks)
}

async function decode(body: Buffer, encoding: string): Promise<Buffer> {
  if (encoding === '' || encoding === 'identity') return body
  const attempts = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined
  if (!attempts) throw new OtlpError(`Unsupported Content-Encoding: ${encoding.slice(0, 100)}`)
  for (const attempt of attempts) {
    try {
      return await attempt(body)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw new DomainError('TOO_LARGE', `The body is larger than ${MAX_UNFOLDED} bytes when it is unpacked.`)
    }
  }
  throw new OtlpError(`Failed to decompress ${encoding} payload`)
}

function read(body: Buffer, mediaType: string): OtlpRequest {
  if (mediaType === 'application/x-protobuf') return readProtobuf(body)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw malformed()
  }
  return readJson(text)
}

const detail = (status: number, words: unknown): RestAnswer => new RestAnswer({ detail: words }, { status })

type Headers = Readonly<Record<string, string | undefined>>

async function requestIn(headers: Headers, stream: Readable): Promise<OtlpRequest> {
  const type = headers['content-type']
  const mediaType = type?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (mediaType !== 'application/x-protobuf' && mediaType !== 'application/json')
    throw new OtlpError(`Invalid Content-Type: ${(type ?? 'None').slice(0, 100)}. Expected: application/x-protobuf or application/json`)
  return read(await decode(await readBody(stream), headers['content-encoding']?.trim().toLowerCase() ?? ''), mediaType)
}

export const otlpRoutes = (traces: Traces): Route[] => [
  projectRoute({
    method: 'POST',
    path: '/v1/traces',
    family: 'mlflow',
    summary: 'Takes in spans by OTLP; the header x-mlflow-experiment-id says into which experiment.',
    needs: 'tracking.trace.create',
    body: 'stream',
    async handle({ scope, headers, stream }) {
      const experiment = headers['x-mlflow-experiment-id']
      if (experiment === undefined) return detail(422, [{ type: 'missing', loc: ['header', 'x-mlflow-experiment-id'], msg: 'Field required', input: null }])
      try {
        await traces.logSpans(scope, experiment, sentSpans(await requestIn(headers, stream)), headers['x-mlflow-run-id'])
      } catch (error) {
        if (error instanceof OtlpError) return detail(error.status, error.message)
        throw error
      }
      // An ExportTraceServiceResponse that has nothing to say is empty in protobuf.
      return new RestAnswer('', { headers: { 'content-type': 'application/x-protobuf' } })
    },
  }),
]
