/** The REST face of datasets, in the mini platform's family. The door strips `/p/<project>` before these paths. */
import { projectRoute, RestAnswer, type ProjectRequest, type Route } from '#shared/rest/route.ts'
import type { Datasets } from '#datasets/domain/datasets.ts'
import { limits } from '#datasets/domain/limits.ts'
import type { Spool } from '#datasets/domain/ports.ts'
import type { Received, Uploads } from '#datasets/domain/uploads.ts'
import { downloadOf, versionNumber } from '#datasets/rest/content.ts'
import { receiveBytes, receiveForm } from '#datasets/rest/receive.ts'
import { datasetBody, versionBody, type Wording } from '#datasets/rest/wire.ts'

interface RouteParts {
  readonly datasets: Datasets
  readonly uploads: Uploads
  readonly publicUrl: () => string
}

type Request = ProjectRequest<undefined>
type Receive = (request: Request, spool: Spool, maxBytes: number) => Promise<Received>

const wordingOf = ({ datasets, publicUrl }: RouteParts, { scope }: Request): Wording => ({
  publicUrl: publicUrl(),
  projectName: scope.project.name,
  locationOf: (version) => datasets.locationOf(version),
})
const nameIn = ({ params }: Request): string => params['name'] ?? ''

export const datasetRoutes = (parts: RouteParts): Route[] => [...uploadRoutes(parts), ...readingRoutes(parts), deleteRoute(parts)]

function uploadRoutes(parts: RouteParts): Route[] {
  const uploadWith = (receive: Receive) => async (request: Request) => {
    const { dataset, version } = await parts.uploads.upload(request.scope, (spool, maxBytes) => receive(request, spool, maxBytes))
    const wording = wordingOf(parts, request)
    return { ...datasetBody(dataset, wording, version), ...details(versionBody(version, wording)) }
  }
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
  ]
}

/** What an upload answers about its version besides the dataset's fields. */
const details = ({ sha256, size_bytes, row_count, format, file_name, columns }: ReturnType<typeof versionBody>) => ({ sha256, size_bytes, row_count, format, file_name, columns })

function readingRoutes(parts: RouteParts): Route[] {
  const { datasets } = parts
  const versionIn = (request: Request) => datasets.getVersion(request.scope, nameIn(request), versionNumber(request.params['version']))
  const reading = { method: 'GET', family: 'mini', needs: 'datasets.dataset.read' } as const
  return [
    projectRoute({
      ...reading,
      path: '/datasets',
      summary: 'Lists the datasets that you may read, by name; ?search=, ?max_results=, ?page_token= (answered in the header x-next-page-token).',
      handle: async (request: Request) => {
        const { query, scope } = request
        const page = await datasets.list(scope, { first: Number(query.get('max_results') ?? limits.listPage), after: query.get('page_token') ?? undefined }, query.get('search') ?? undefined)
        const items = page.items.map((dataset) => datasetBody(dataset, wordingOf(parts, request)))
        return new RestAnswer(items, { headers: page.nextToken === undefined ? {} : { 'x-next-page-token': page.nextToken } })
      },
    }),
    projectRoute({
      ...reading,
      path: '/datasets/:name',
      summary: 'A dataset with its latest version.',
      handle: async (request: Request) => {
        const dataset = await datasets.get(request.scope, nameIn(request))
        const wording = wordingOf(parts, request)
        return { ...datasetBody(dataset, wording), latest_version: versionBody(dataset.latest, wording) }
      },
    }),
    projectRoute({
      ...reading,
      path: '/datasets/:name/versions/:version',
      summary: 'A version of a dataset: hash, size, columns.',
      handle: async (request: Request) => versionBody(await versionIn(request), wordingOf(parts, request)),
    }),
    projectRoute({
      ...reading,
      path: '/datasets/:name/versions/:version/content',
      summary: 'Downloads the file of a version; one byte range at a time.',
      handle: async (request: Request) => {
        const version = await versionIn(request)
        return downloadOf(version, request.headers, (range) => datasets.content(version, range))
      },
    }),
  ]
}

const deleteRoute = ({ datasets }: RouteParts): Route =>
  projectRoute({
    method: 'DELETE',
    path: '/datasets/:name',
    family: 'mini',
    summary: 'Moves a dataset with its versions to the trash.',
    needs: 'datasets.dataset.delete',
    body: 'none',
    handle: async (request: Request) => {
      const { name } = await datasets.remove(request.scope, nameIn(request))
      return { message: 'Dataset deleted successfully', dataset: name, deleted_at: new Date().toISOString() }
    },
  })
