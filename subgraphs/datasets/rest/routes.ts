/** The REST face of datasets, in the mini platform's family. The door strips `/p/<project>` before these paths. */
import { projectRoute, RestAnswer, type ProjectRequest, type Route } from '#shared/rest/route.ts'
import type { Datasets } from '#datasets/domain/datasets.ts'
import { limits } from '#datasets/domain/limits.ts'
import type { Received, Uploads } from '#datasets/domain/uploads.ts'
import type { Spool } from '#datasets/domain/ports.ts'
import { contentHeaders, etagOf, rangeOf, versionNumber } from '#datasets/rest/content.ts'
import { receiveBytes, receiveForm } from '#datasets/rest/receive.ts'
import { datasetBody, versionBody, type Wording } from '#datasets/rest/wire.ts'

interface RouteParts {
  readonly datasets: Datasets
  readonly uploads: Uploads
  readonly publicUrl: () => string
}

type Request = ProjectRequest<undefined>
type Receive = (request: Request, spool: Spool, maxBytes: number) => Promise<Received>

export function datasetRoutes({ datasets, uploads, publicUrl }: RouteParts): Route[] {
  const wording = ({ scope }: Request): Wording => ({ publicUrl: publicUrl(), projectName: scope.project.name, locationOf: (version) => datasets.locationOf(version) })
  const uploadWith = (receive: Receive) => async (request: Request) => {
    const { dataset, version } = await uploads.upload(request.scope, (spool, maxBytes) => receive(request, spool, maxBytes))
    return { ...datasetBody(dataset, wording(request), version), ...details(versionBody(version, wording(request))) }
  }
  const versionOf = ({ scope, params }: Request) => datasets.getVersion(scope, params['name'] ?? '', versionNumber(params['version']))

  return [
    projectRoute({
      method: 'POST',
      path: '/datasets/upload',
      family: 'mini',
      summary: 'Uploads a file as a new dataset, or with ?as_version=true as the next version of one.',
      needs: 'datasets.dataset.create',
      body: 'stream',
      handle: uploadWith(receiveForm),
    }),
    projectRoute({
      method: 'PUT',
      path: '/datasets/upload',
      family: 'mini',
      summary: 'The same with the bare bytes as body: ?filename= names the file, ?name= the dataset.',
      needs: 'datasets.dataset.create',
      body: 'stream',
      handle: uploadWith(receiveBytes),
    }),
    projectRoute({
      method: 'GET',
      path: '/datasets',
      family: 'mini',
      summary: 'Lists the datasets that you may read, by name; ?search=, ?max_results=, ?page_token= (answered in the header x-next-page-token).',
      needs: 'datasets.dataset.read',
      handle: async (request: Request) => {
        const { query, scope } = request
        const page = await datasets.list(scope, { first: Number(query.get('max_results') ?? limits.listPage), after: query.get('page_token') ?? undefined }, query.get('search') ?? undefined)
        return new RestAnswer(
          page.items.map((dataset) => datasetBody(dataset, wording(request))),
          { headers: page.nextToken === undefined ? {} : { 'x-next-page-token': page.nextToken } },
        )
      },
    }),
    projectRoute({
      method: 'GET',
      path: '/datasets/:name',
      family: 'mini',
      summary: 'A dataset with its latest version.',
      needs: 'datasets.dataset.read',
      handle: async (request: Request) => {
        const dataset = await datasets.get(request.scope, request.params['name'] ?? '')
        return { ...datasetBody(dataset, wording(request)), latest_version: versionBody(dataset.latest, wording(request)) }
      },
    }),
    projectRoute({
      method: 'GET',
      path: '/datasets/:name/versions/:version',
      family: 'mini',
      summary: 'A version of a dataset: hash, size, columns.',
      needs: 'datasets.dataset.read',
      handle: async (request: Request) => versionBody(await versionOf(request), wording(request)),
    }),
    projectRoute({
      method: 'GET',
      path: '/datasets/:name/versions/:version/content',
      family: 'mini',
      summary: 'Downloads the file of a version; one byte range at a time.',
      needs: 'datasets.dataset.read',
      handle: async (request: Request) => {
        const version = await versionOf(request)
        const headers = contentHeaders(version)
        if (request.headers['if-none-match'] === etagOf(version)) return new RestAnswer(undefined, { status: 304, headers })
        // A range of other bytes than the client has seen would not fit: then it gets the whole (If-Range).
        const isSame = [undefined, etagOf(version)].includes(request.headers['if-range'])
        const range = isSame ? rangeOf(request.headers['range'], version.sizeBytes) : undefined
        if (range === 'none') return new RestAnswer({ detail: 'The range lies outside the file.' }, { status: 416, headers: { 'content-range': `bytes */${version.sizeBytes}` } })
        const body = await datasets.content(version, range)
        if (!range) return new RestAnswer(body, { headers: { ...headers, 'content-length': String(version.sizeBytes) } })
        return new RestAnswer(body, { status: 206, headers: { ...headers, 'content-length': String(range.end - range.start + 1), 'content-range': `bytes ${range.start}-${range.end}/${version.sizeBytes}` } })
      },
    }),
    projectRoute({
      method: 'DELETE',
      path: '/datasets/:name',
      family: 'mini',
      summary: 'Moves a dataset with its versions to the trash.',
      needs: 'datasets.dataset.delete',
      body: 'none',
      handle: async (request: Request) => {
        const { name } = await datasets.remove(request.scope, request.params['name'] ?? '')
        return { message: 'Dataset deleted successfully', dataset: name, deleted_at: new Date().toISOString() }
      },
    }),
  ]
}

/** What an upload answers about its version besides the dataset's fields. */
const details = ({ sha256, size_bytes, row_count, format, file_name, columns }: ReturnType<typeof versionBody>) => ({ sha256, size_bytes, row_count, format, file_name, columns })
