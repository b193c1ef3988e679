/** Puts artifacts and logged models together: the half of tracking that owns files. subsystem.ts wires it to the core. */
import type { TrackingPort } from '#ports'
import type { ProjectRef } from '#shared/actor.ts'
import type { Postgres } from '#shared/db/postgres.ts'
import { isHexId } from '#shared/ids.ts'
import type { Buckets, ObjectStore } from '#shared/objects/object-store.ts'
import type { Route } from '#shared/rest/route.ts'
import { modelSourceFinder } from '#tracking/domain/artifact-source.ts'
import { createArtifacts, type Artifacts, type CoreFacts } from '#tracking/domain/artifacts.ts'
import { createLoggedModels, modelFacts, type LoggedModels } from '#tracking/domain/logged-models.ts'
import { artifactRoutes } from '#tracking/rest/artifacts.routes.ts'
import { loggedModelRoutes } from '#tracking/rest/logged-models.routes.ts'
import { createArtifactStore } from '#tracking/store/artifact-store.ts'
import { createLoggedModelStore } from '#tracking/store/logged-model-store.ts'

/** The part of TrackingDeps that files need. */
export interface ArtifactHalfDeps {
  readonly objects: ObjectStore
  readonly buckets: Buckets
}

/** The part of the core's services that files need: lookups without a decision. */
export interface ArtifactHalfCore {
  readonly experiments: { find(project: ProjectRef, id: string): Promise<{ readonly id: string; readonly active: boolean } | undefined> }
  readonly runs: {
    find(
      project: ProjectRef,
      id: string,
    ): Promise<{ readonly id: string; readonly experimentId: string; readonly active: boolean; readonly artifactUri: string; readonly ownerId: string | null } | undefined>
  }
}

export interface ArtifactHalf {
  readonly services: { readonly artifacts: Artifacts; readonly loggedModels: LoggedModels }
  readonly routes: Route[]
  readonly modelSource: TrackingPort['modelSource']
}

const coreFacts = ({ experiments, runs }: ArtifactHalfCore): CoreFacts => ({
  async runOf(project, runId) {
    const run = isHexId(runId) ? await runs.find(project, runId) : undefined
    return run ? { runId: run.id, experimentId: run.experimentId, active: run.active, artifactUri: run.artifactUri, ownerId: run.ownerId } : null
  },
  async experimentOf(project, experimentId) {
    const experiment = await experiments.find(project, experimentId)
    return experiment ? { experimentId: experiment.id, active: experiment.active } : null
  },
})

export function createArtifactHalf(deps: ArtifactHalfDeps, postgres: Postgres, core: ArtifactHalfCore): ArtifactHalf {
  const facts = coreFacts(core)
  const modelStore = createLoggedModelStore(postgres)
  const models = modelFacts(modelStore)
  const artifacts = createArtifacts({ store: createArtifactStore(postgres), objects: deps.objects, bucket: deps.buckets.artifacts, core: facts, models })
  const loggedModels = createLoggedModels({ store: modelStore, core: facts })
  return {
    services: { artifacts, loggedModels },
    routes: [...artifactRoutes(artifacts), ...loggedModelRoutes(loggedModels, artifacts)],
    modelSource: modelSourceFinder(facts, models),
  }
}
