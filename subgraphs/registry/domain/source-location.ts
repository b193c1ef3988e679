/** From a source that reads well to the place of its files in the project, or a refusal in MLflow's words. */
import type { ProjectRef } from '#shared/actor.ts'
import { invalid, unavailable } from '#shared/errors.ts'
import type { Ports } from '#ports'
import { isPrompt, type ModelVersion, type RegisteredModel } from '#registry/domain/model.ts'
import { modelNotFound } from '#registry/domain/model-reads.ts'
import { aliasName, isLatest } from '#registry/domain/names.ts'
import { type Source, unknownSource, wrongOwner } from '#registry/domain/source.ts'
import { stages } from '#registry/domain/stages.ts'
import type { ModelStore, VersionReads } from '#registry/domain/store.ts'

/** What a client said about the files of a version. */
export interface Wanted {
  readonly source: string
  readonly runId: string | null
  readonly loggedModelId: string | null
}

/** Where they are. A prompt has none. */
export interface Place {
  readonly artifactUri: string | null
  readonly runId: string | null
  readonly loggedModelId: string | null
}

export type Locate = (project: ProjectRef, source: Source, wanted: Wanted) => Promise<Place>

const PORT_DEADLINE_MS = 2_000

export function createLocate(models: ModelStore, versions: VersionReads, ports: () => Pick<Ports, 'tracking'>): Locate {
  return async (project, source, wanted) => {
    switch (source.kind) {
      case 'prompt':
        return { artifactUri: null, runId: wanted.runId, loggedModelId: null }
      case 'version':
        return referenced(project, source, wanted)
      case 'artifacts':
        return asked(project, wanted)
    }
  }

  async function asked(project: ProjectRef, { source, runId, loggedModelId }: Wanted): Promise<Place> {
    const { tracking } = ports()
    const found = await inTime('tracking', tracking.modelSource(project, source, runId))
    if (!found) throw unknownSource(source)
    if (loggedModelId !== null && found.modelId !== loggedModelId) throw wrongOwner(source, 'model_id')
    if (runId !== null && found.runId !== null && found.runId !== runId) throw wrongOwner(source, 'run_id')
    // A run that the source does not speak of is only remembered when the project has it.
    if (runId !== null && found.runId === null && !(await inTime('tracking', tracking.run(project.id, runId)))) throw wrongOwner(source, 'run_id')
    return { artifactUri: found.artifactUri, runId: found.runId ?? runId, loggedModelId: found.modelId }
  }

  /** Another version of this registry: it must have a place to share, and the client may not contradict it. */
  async function referenced(project: ProjectRef, { model: name, by, which }: Extract<Source, { kind: 'version' }>, wanted: Wanted): Promise<Place> {
    const model = await models.byName(project.id, name.normalize('NFC'))
    if (!model) throw modelNotFound(name)
    if (isPrompt(model.tags)) throw invalid(`Invalid model version source: '${wanted.source}'. Prompt versions cannot be used as model version sources.`, 'source')
    const version = await pick(project.id, model, by, which)
    if (version?.status !== 'READY') throw unknownSource(wanted.source)
    const contradicts = (said: string | null, is: string | null): boolean => said !== null && said !== is
    if (contradicts(wanted.runId, version.runId) || contradicts(wanted.loggedModelId, version.loggedModelId))
      throw invalid(`Invalid model version source: '${wanted.source}'. The run_id and model_id request parameters must match the referenced model version.`, 'source')
    return { artifactUri: version.artifactUri, runId: version.runId, loggedModelId: version.loggedModelId }
  }

  async function pick(projectId: string, model: RegisteredModel, by: 'version' | 'alias', which: string): Promise<ModelVersion | null | undefined> {
    if (by === 'alias') return versions.byAlias(projectId, model.id, aliasName(which))
    if (/^\d+$/.test(which)) return versions.byNumber(projectId, model.id, Number(which))
    const newest = await versions.latest(projectId, [model.id])
    if (isLatest(which)) return newest.at(-1)
    const stage = stages.find((s) => s.toLowerCase() === which.toLowerCase())
    return newest.find((version) => version.stage === stage)
  }
}

/** A port that does not answer in time is down (subgraphs/ports.ts). */
export async function inTime<T>(service: string, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([
      answer,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(unavailable(service)), PORT_DEADLINE_MS)
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}
