/** What resolvers of artifacts and logged models find in the context of one operation, beside the core's. */
import type DataLoader from 'dataloader'
import type { Actor } from '#shared/actor.ts'
import type { Artifacts } from '#tracking/domain/artifacts.ts'
import type { LoggedModel, LoggedModels } from '#tracking/domain/logged-models.ts'
import { byProject, type EntityKey } from '#tracking/graphql/context.ts'

export interface ArtifactServices {
  readonly artifacts: Artifacts
  readonly loggedModels: LoggedModels
}

export interface ArtifactLoaders {
  readonly loggedModel: DataLoader<EntityKey, LoggedModel | null, string>
  /** By the key of a run. */
  readonly modelsOfRun: DataLoader<EntityKey, readonly LoggedModel[], string>
}

export interface ArtifactContext extends ArtifactServices {
  readonly actor: Actor
  readonly artifactLoaders: ArtifactLoaders
}

/** Spread into the context of an operation; made anew for each. */
export const artifactContext = (actor: Actor, services: ArtifactServices): ArtifactContext => ({
  actor,
  ...services,
  artifactLoaders: {
    loggedModel: byProject<LoggedModel | null>(
      actor,
      async (scope, ids) => {
        const found = new Map((await services.loggedModels.getMany(scope, ids)).map((model) => [model.id, model]))
        return ids.map((id) => found.get(id) ?? null)
      },
      null,
    ),
    modelsOfRun: byProject<readonly LoggedModel[]>(
      actor,
      async (scope, runIds) => {
        const byRun = Map.groupBy(await services.loggedModels.ofRuns(scope, runIds), (model) => model.sourceRunId)
        return runIds.map((id) => byRun.get(id) ?? [])
      },
      [],
    ),
  },
})
