/** Type Artifact, and the files of a run. */
import { Arg, Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql'
import { scopeIn } from '#shared/access.ts'
import { Long } from '#shared/graphql/scalars.ts'
import { checkedPath, type ArtifactPlace } from '#tracking/domain/artifact-uri.ts'
import type { ArtifactContext } from '#tracking/graphql/artifact-context.ts'
import { Run } from '#tracking/graphql/run.ts'

@ObjectType({ description: 'A file or a folder among the artifacts of a run or a logged model.' })
export class Artifact {
  @Field(() => String, { description: 'Relative to the artifact root of what it belongs to.' })
  path!: string

  @Field(() => Boolean)
  isDir!: boolean

  @Field(() => Long, { nullable: true, description: 'In bytes; null for a folder.' })
  size!: number | null

  @Field(() => String, { nullable: true, description: 'SHA-256 of the content in hex; null for a folder.' })
  sha256!: string | null
}

export const folderArgument = { defaultValue: '', description: 'A folder; the root when empty.' }

/** What lies in a folder, each with its whole path. */
export async function artifactsIn({ actor, artifacts }: ArtifactContext, projectId: string, place: ArtifactPlace): Promise<Artifact[]> {
  const path = checkedPath(place.path)
  const entries = await artifacts.list(scopeIn(actor, projectId), { ...place, path })
  return entries.map(({ name, isDir, size, sha256 }) => ({ path: path === '' ? name : `${path}/${name}`, isDir, size, sha256 }))
}

@Resolver(() => Run)
export class RunArtifacts {
  @FieldResolver(() => [Artifact], { description: 'What lies in one folder of its artifacts, sorted by name.' })
  artifacts(@Root() { projectId, id, experimentId }: Run, @Ctx() context: ArtifactContext, @Arg('path', () => String, folderArgument) path: string): Promise<Artifact[]> {
    return artifactsIn(context, projectId, { owner: { kind: 'run', experimentId, id }, path })
  }
}
