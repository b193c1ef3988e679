/**
 * What a model version may be made of. A source is never dereferenced: it either names a run or a logged model of the
 * project, or it maps to nothing and the registry refuses it (security.md section 1, F-4).
 */
import type { TrackingPort } from '#ports'
import type { ProjectRef } from '#shared/actor.ts'
import { DomainError } from '#shared/errors.ts'
import { isHexId } from '#shared/ids.ts'
import { checkedPath, isModelId, modelArtifactUri, placeOfUri, runArtifactUri } from '#tracking/domain/artifact-uri.ts'
import type { CoreFacts, ModelFacts } from '#tracking/domain/artifacts.ts'

/** A source as ids that are still to be looked up. experimentId is null where the source does not name it. */
interface Named {
  readonly kind: 'run' | 'model'
  readonly id: string
  readonly experimentId: string | null
  readonly path: string
}

export const modelSourceFinder =
  (core: CoreFacts, models: ModelFacts): TrackingPort['modelSource'] =>
  async (project, source, runId) => {
    const named = nameIn(project, source)
    if (!named) return null
    const { kind, id, experimentId, path } = named
    if (kind === 'run') {
      const run = await core.runOf(project, id)
      if (!run || (experimentId !== null && run.experimentId !== experimentId) || (runId !== null && runId !== run.runId)) return null
      return { artifactUri: runArtifactUri(project, run.experimentId, run.runId, path), runId: run.runId, modelId: null }
    }
    const model = await models.modelOf(project.id, id)
    if (!model || (experimentId !== null && model.experimentId !== experimentId)) return null
    const run = isHexId(model.sourceRunId) ? await core.runOf(project, model.sourceRunId) : null
    return { artifactUri: modelArtifactUri(project, model.experimentId, model.modelId, path), runId: run?.runId ?? null, modelId: model.modelId }
  }

function nameIn(project: ProjectRef, source: string): Named | null {
  // Nothing is decoded on the way, so nothing may need decoding.
  if (/[%?#;]/.test(source)) return null
  const ofRun = /^runs:\/([0-9a-f]{32})(?:\/(.*))?$/s.exec(source)
  if (ofRun?.[1] !== undefined) {
    const path = safeOrNull(ofRun[2] ?? '')
    return path === null ? null : { kind: 'run', id: ofRun[1], experimentId: null, path }
  }
  const model = /^models:\/([^/]+)$/.exec(source)?.[1]
  if (model !== undefined) return isModelId(model) ? { kind: 'model', id: model, experimentId: null, path: '' } : null
  const place = placeOfUri(project, source)
  return place && place.owner.kind !== 'project' ? { kind: place.owner.kind, id: place.owner.id, experimentId: place.owner.experimentId, path: place.path } : null
}

function safeOrNull(path: string): string | null {
  try {
    return checkedPath(path)
  } catch (error) {
    if (error instanceof DomainError) return null
    throw error
  }
}
