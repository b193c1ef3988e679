/** The resolvers and references of artifacts and logged models, for schema.ts. */
import type { ReferenceResolver } from '#shared/graphql/build-subgraph.ts'
import type { ArtifactContext } from '#tracking/graphql/artifact-context.ts'
import { RunArtifacts } from '#tracking/graphql/artifact.ts'
import { LoggedModelFields, loggedModelOf, LoggedModelsOfProject, LoggedModelsOfRun } from '#tracking/graphql/logged-model.ts'

export const artifactResolvers = [RunArtifacts, LoggedModelFields, LoggedModelsOfProject, LoggedModelsOfRun] as const

export const artifactReferences: Readonly<Record<string, ReferenceResolver>> = {
  LoggedModel: async (reference, { artifactLoaders }: ArtifactContext) => {
    const projectId = String(reference['projectId'])
    const found = await artifactLoaders.loggedModel.load({ projectId, id: String(reference['id']) })
    return found && loggedModelOf(projectId, found)
  },
}
