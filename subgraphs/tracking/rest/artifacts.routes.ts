/** MLflow's artifact endpoints: the proxy that clients upload through, and the listings and downloads of runs (mlflow-api.md 6.1, 6.2). */
import { finished, Transform, type Readable } from 'node:stream'
import { DomainError, invalid } from '#shared/errors.ts'
import { message, int, list, missing, text } from '#shared/rest/mlflow-message.ts'
import { projectRoute, RestAnswer, withAjaxTwins, type RawInput, type Route } from '#shared/rest/route.ts'
import { checkedPath, placeOf } from '#tracking/domain/artifact-uri.ts'
import type { ArtifactEntry, Artifacts } from '#tracking/domain/artifacts.ts'
import { download } from '#tracking/rest/artifacts-download.ts'

const proxy = '/api/2.0/mlflow-artifacts'
const family = 'mlflow'
const UI_UPLOAD_LIMIT = 10 * 1024 * 1024

/** MLflow's FileInfo. `folder` is what its paths begin with: nothing for the proxy, the listed folder for a run. */
const toWire = (entries: readonly ArtifactEntry[], folder = '') =>
  entries.map(({ name, isDir, size }) => ({ path: folder === '' ? name : `${folder}/${name}`, is_dir: isDir, ...(size === null ? {} : { file_size: size }) }))
/** proto2: an empty list does not appear. */
export const listing = (entries: readonly ArtifactEntry[], folder?: string): object => (entries.length === 0 ? {} : { files: toWire(entries, folder) })

const wildcard = ({ params }: { params: Readonly<Record<string, string>> }): string => params['*'] ?? ''

const ListInProxy = message({ path: text })
const ListOfRun = message({ run_id: text.alias('run_uuid').required(), path: text, page_token: text })
const runAndPath = ({ query }: RawInput) => {
  const runId = query.get('run_id') || query.get('run_uuid')
  const path = query.get('path')
  if (!runId) throw missing('run_id')
  if (path === null) throw missing('path')
  return { runId, path }
}

function proxyRoutes(artifacts: Artifacts): Route[] {
  return [
    projectRoute({
      method: 'GET',
      path: `${proxy}/artifacts/*`,
      family,
      summary: 'Download an artifact by its path below the artifact root.',
      needs: 'tracking.artifact.read',
      handle: async ({ scope, params, headers }) => {
        const asked = wildcard({ params })
        const place = placeOf(scope.project, asked)
        return download(await artifacts.get(scope, place, asked), place.path, headers)
      },
    }),
    projectRoute({
      method: 'PUT',
      path: `${proxy}/artifacts/*`,
      family,
      summary: 'Upload an artifact: the body, as it comes, becomes the file.',
      needs: 'tracking.artifact.create',
      body: 'stream',
      handle: async ({ scope, params, stream }) => {
        await artifacts.put(scope, placeOf(scope.project, wildcard({ params })), stream)
        return new RestAnswer(undefined)
      },
    }),
    projectRoute({
      method: 'DELETE',
      path: `${proxy}/artifacts/*`,
      family,
      summary: 'Remove an artifact or a folder of them.',
      needs: 'tracking.artifact.delete',
      body: 'none',
      handle: async ({ scope, params }) => {
        await artifacts.remove(scope, placeOf(scope.project, wildcard({ params })))
        return {}
      },
    }),
    projectRoute({
      method: 'GET',
      path: `${proxy}/artifacts`,
      family,
      summary: 'List a folder; paths are relative to it.',
      needs: 'tracking.artifact.read',
      input: ListInProxy.read,
      handle: async ({ scope, input }) => listing(await artifacts.list(scope, placeOf(scope.project, input.path ?? ''))),
    }),
  ]
}

const unsupported = (what: string): DomainError => new DomainError('NOT_IMPLEMENTED', `${what} is not supported for the current artifact repository`)

/** MLflow refuses these on every store that is not a cloud's; ours never shows itself to clients. */
function multipartRoutes(): Route[] {
  const part = list({ part_number: int, etag: text, url: text })
  const mpu = [
    ['create', message({ path: text.required(), num_parts: int })],
    ['complete', message({ path: text.required(), upload_id: text, parts: part.required() })],
    ['abort', message({ path: text.required(), upload_id: text })],
  ] as const
  return mpu.map(([step, body]) =>
    projectRoute({
      method: 'POST',
      path: `${proxy}/mpu/${step}/*`,
      family,
      summary: `Multipart upload (${step}): not supported, upload in one stream.`,
      needs: 'tracking.artifact.create',
      input: (raw) => {
        checkedPath(wildcard(raw)) // first, as in MLflow
        return body.read(raw)
      },
      handle: ({ scope, params }) => {
        placeOf(scope.project, wildcard({ params }))
        return Promise.reject(unsupported('Multipart upload'))
      },
    }),
  )
}

/** Refused for the same reason. Paths are checked first, as in MLflow. */
function presignedRoutes(artifacts: Artifacts): Route[] {
  const UploadUrl = message({ run_id: text, model_id: text, path: text.required(), expiration: int })
  const DownloadUrl = message({ run_id: text.required(), path: text.required(), expiration: int })
  return [
    projectRoute({
      method: 'GET',
      path: `${proxy}/presigned/*`,
      family,
      summary: 'A presigned download address: not supported, download through the proxy.',
      needs: 'tracking.artifact.read',
      handle: ({ scope, params }) => {
        placeOf(scope.project, wildcard({ params }))
        return Promise.reject(unsupported('Multipart download'))
      },
    }),
    projectRoute({
      method: 'POST',
      path: '/api/2.0/mlflow/artifacts/presigned-upload-url',
      family,
      summary: 'A presigned upload address: refused, artifacts of this server go through its proxy.',
      needs: 'tracking.artifact.create',
      input: UploadUrl.read,
      handle: async ({ scope, input }) => {
        const { run_id: runId, model_id: modelId } = input
        if (Boolean(runId) === Boolean(modelId)) throw invalid('Exactly one of run_id and model_id must be provided.')
        await (runId ? artifacts.placeInRun(scope, runId, input.path) : artifacts.placeInModel(scope, modelId ?? '', input.path))
        throw invalid('Presigned upload is not supported for proxied artifact storage (artifact URI scheme: mlflow-artifacts). This endpoint requires a direct cloud storage artifact URI.')
      },
    }),
    projectRoute({
      method: 'POST',
      path: '/api/2.0/mlflow/artifacts/presigned-download-url',
      family,
      summary: 'A presigned download address: refused, artifacts of this server go through its proxy.',
      needs: 'tracking.artifact.read',
      writes: false,
      input: DownloadUrl.read,
      handle: async ({ scope, input }) => {
        const expiration = input.expiration ?? 900
        checkedPath(input.path)
        if (expiration < 1 || expiration > 604_800) throw invalid(`expiration must be between 1 and 604800 seconds (got ${expiration}).`)
        await artifacts.placeInRun(scope, input.run_id, input.path)
        throw invalid(
          'Presigned download is not supported for runs with proxied artifact storage (artifact URI scheme: mlflow-artifacts). This endpoint requires a run with a direct cloud storage artifact URI.',
        )
      },
    }),
  ]
}

function runRoutes(artifacts: Artifacts): Route[] {
  return [
    projectRoute({
      method: 'GET',
      path: '/api/2.0/mlflow/artifacts/list',
      family,
      summary: 'List a folder of a run; paths are relative to its artifact root.',
      needs: 'tracking.artifact.read',
      input: ListOfRun.read,
      handle: async ({ scope, input }) => {
        const place = await artifacts.placeInRun(scope, input.run_id, input.path ?? '')
        return { root_uri: place.root, ...listing(await artifacts.list(scope, place), place.path) }
      },
    }),
    projectRoute({
      method: 'GET',
      path: '/get-artifact',
      family,
      summary: 'Download an artifact of a run.',
      needs: 'tracking.artifact.read',
      input: runAndPath,
      handle: async ({ scope, input, headers }) => {
        const place = await artifacts.placeInRun(scope, input.runId, input.path)
        return download(await artifacts.get(scope, place), place.path, headers)
      },
    }),
    projectRoute({
      method: 'POST',
      path: '/ajax-api/2.0/mlflow/upload-artifact',
      family,
      summary: 'Upload a small artifact of a run, at most 10 MiB.',
      needs: 'tracking.artifact.create',
      body: 'stream',
      input: uiUpload,
      handle: async ({ scope, input, stream }) => {
        const place = await artifacts.placeInRun(scope, input.runId, input.path)
        await artifacts.put(scope, place, atMost(UI_UPLOAD_LIMIT, stream))
        return {}
      },
    }),
  ]
}

const tooLarge = (): DomainError => invalid('Artifact size is too large. Max size is 10MB.')

function uiUpload({ query, headers }: RawInput): { runId: string; path: string } {
  const runId = query.get('run_uuid')
  const path = query.get('path')
  if (!runId) throw invalid('Request must specify run_uuid.')
  if (!path) throw invalid('Request must specify path.')
  checkedPath(path)
  if (Number(headers['content-length'] ?? 0) > UI_UPLOAD_LIMIT) throw tooLarge()
  if (headers['content-length'] === '0') throw invalid('Request must specify data.')
  return { runId, path }
}

/** Passes a body on until it is too long; an empty one is refused as MLflow does. */
function atMost(limit: number, body: Readable): Readable {
  let size = 0
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size > limit) done(tooLarge())
      else done(null, chunk)
    },
    flush: (done) => done(size === 0 ? invalid('Request must specify data.') : null),
  })
  finished(body, { writable: false }, (error) => {
    if (error) meter.destroy(error)
  })
  return body.pipe(meter)
}

export const artifactRoutes = (artifacts: Artifacts): Route[] => withAjaxTwins([...proxyRoutes(artifacts), ...multipartRoutes(), ...presignedRoutes(artifacts), ...runRoutes(artifacts)])
