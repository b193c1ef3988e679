/** What runs read and made: datasets and logged models, and the link of a dataset input to a version of our own. */
import { demand } from '#shared/access.ts'
import type { Scope } from '#shared/actor.ts'
import { invalid } from '#shared/errors.ts'
import type { Page } from '#shared/paging.ts'
import { experimentId, isPossibleId } from '#tracking/domain/experiments.ts'
import * as names from '#tracking/domain/names.ts'
import type { Run } from '#tracking/domain/run.ts'
import type { DatasetSummary, NewRunDataset, RunModel } from '#tracking/domain/run-input.ts'
import { inactiveRun, type Runs } from '#tracking/domain/runs.ts'
import type { LinkedDataset, RunInputStore } from '#tracking/domain/store.ts'

export interface RunInputs {
  logInputs(scope: Scope, runId: string, inputs: { readonly datasets?: readonly NewRunDataset[]; readonly models?: readonly RunModel[] }): Promise<void>
  logOutputs(scope: Scope, runId: string, models: readonly RunModel[]): Promise<void>
  /** Which datasets the runs of the experiments read. */
  datasets(scope: Scope, experimentIds: readonly string[]): Promise<DatasetSummary[]>
  /** Active runs that read a version of the datasets subsystem. */
  runsOfVersion(scope: Scope, versionId: string, page: { readonly limit: number; readonly token?: string | undefined }): Promise<Page<Run>>
}

/** Asks the datasets subsystem for the id of a version; null when it is not in the project. */
export type FindVersion = (projectId: string, name: string, version: number) => Promise<string | null>

/** `<base>/p/<project>/datasets/<name>/versions/<n>`: nothing else links, least of all a digest alone. */
export function versionAddress(source: string, publicUrl: string): { project: string; name: string; version: number } | undefined {
  const base = `${publicUrl}/p/`
  if (!source.startsWith(base)) return undefined
  const match = /^([^/?#]+)\/datasets\/([^/?#]+)\/versions\/(\d{1,9})$/.exec(source.slice(base.length))
  if (!match?.[1] || !match[2] || !match[3]) return undefined
  try {
    return { project: decodeURIComponent(match[1]), name: decodeURIComponent(match[2]), version: Number(match[3]) }
  } catch {
    return undefined
  }
}

/** MLflow wraps an address as JSON: `{"url": "…"}` (HTTPDatasetSource); the plain address is good as well. */
function addressIn(source: string): string {
  if (!source.startsWith('{')) return source
  try {
    const parsed: unknown = JSON.parse(source)
    if (typeof parsed === 'object' && parsed !== null) for (const field of ['url', 'uri']) if (field in parsed) return String(Object.entries(parsed).find(([k]) => k === field)?.[1])
  } catch {
    // not JSON: then it is no address of ours either
  }
  return source
}

export function createRunInputs(store: RunInputStore, runs: Pick<Runs, 'require'>, findVersion: FindVersion, publicUrl: () => string): RunInputs {
  const link = async (scope: Scope, dataset: NewRunDataset): Promise<LinkedDataset> => {
    const address = versionAddress(addressIn(dataset.source), publicUrl())
    const versionId = address && address.project === scope.project.name ? await findVersion(scope.project.id, address.name, address.version) : null
    return { ...dataset, versionId }
  }
  return {
    async logInputs(scope, runId, { datasets = [], models = [] }) {
      if (datasets.length > names.limits.batchDatasets)
        throw invalid(
          `A batch logging request can contain at most ${names.limits.batchDatasets} datasets. Got ${datasets.length} datasets. Please split up datasets across multiple requests and try again.`,
        )
      const valid = datasets.map(names.runDataset)
      const run = await runs.require(scope, runId, 'tracking.run.update')
      const linked = await Promise.all(valid.map((dataset) => link(scope, dataset)))
      if (!(await store.log(scope.project, run, { datasets: linked, inputModels: models, outputModels: [] }))) throw inactiveRun(run.id)
    },
    async logOutputs(scope, runId, models) {
      const run = await runs.require(scope, runId, 'tracking.run.update')
      if (!(await store.log(scope.project, run, { datasets: [], inputModels: [], outputModels: models }))) throw inactiveRun(run.id)
    },
    async datasets(scope, experimentIds) {
      demand(scope, 'tracking.run.read')
      if (experimentIds.length > names.limits.searchDatasetExperiments)
        throw invalid(`SearchDatasets request cannot specify more than ${names.limits.searchDatasetExperiments} experiment_ids. Received ${experimentIds.length} experiment_ids.`)
      return store.summaries(scope.project, experimentIds.map(experimentId).filter(isPossibleId))
    },
    async runsOfVersion(scope, versionId, { limit, token }) {
      demand(scope, 'tracking.run.read')
      return store.runsOfVersion(scope.project, versionId, limit, token)
    },
  }
}
