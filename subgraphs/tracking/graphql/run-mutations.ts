/** Mutations of runs: one `input` with the project's name each, a payload named after the mutation. */
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql'
import { demand, scopeIn } from '#shared/access.ts'
import type { Actor, Scope } from '#shared/actor.ts'
import type { TrackingContext } from '#tracking/graphql/context.ts'
import { Run, runOf } from '#tracking/graphql/run.ts'
import { RunStatus } from '#tracking/graphql/shared-types.ts'

@InputType({ description: 'What updateRun needs.' })
class UpdateRunInput {
  @Field(() => String, { description: 'The name of the project.' })
  project!: string

  @Field(() => ID)
  id!: string

  @Field(() => String, { nullable: true })
  name?: string

  @Field(() => RunStatus, { nullable: true })
  status?: RunStatus
}

@ObjectType({ description: 'What updateRun changed.' })
class UpdateRunPayload {
  @Field(() => Run)
  run!: Run
}

@InputType({ description: 'What setRunTag needs.' })
class SetRunTagInput {
  @Field(() => String, { description: 'The name of the project.' })
  project!: string

  @Field(() => ID)
  id!: string

  @Field(() => String)
  key!: string

  @Field(() => String)
  value!: string
}

@ObjectType({ description: 'What setRunTag changed.' })
class SetRunTagPayload {
  @Field(() => Run)
  run!: Run
}

@InputType({ description: 'What deleteRunTag needs.' })
class DeleteRunTagInput {
  @Field(() => String, { description: 'The name of the project.' })
  project!: string

  @Field(() => ID)
  id!: string

  @Field(() => String)
  key!: string
}

@ObjectType({ description: 'What deleteRunTag changed.' })
class DeleteRunTagPayload {
  @Field(() => Run)
  run!: Run
}

@InputType({ description: 'What deleteRuns needs.' })
class DeleteRunsInput {
  @Field(() => String, { description: 'The name of the project.' })
  project!: string

  @Field(() => [ID])
  ids!: string[]
}

@ObjectType({ description: 'What deleteRuns changed.' })
class DeleteRunsPayload {
  @Field(() => [Run])
  runs!: Run[]
}

@InputType({ description: 'What restoreRuns needs.' })
class RestoreRunsInput {
  @Field(() => String, { description: 'The name of the project.' })
  project!: string

  @Field(() => [ID])
  ids!: string[]
}

@ObjectType({ description: 'What restoreRuns changed.' })
class RestoreRunsPayload {
  @Field(() => [Run])
  runs!: Run[]
}

/** These read the runs again for their answer: who may not is refused before anything is changed. */
function shownIn(actor: Actor, project: string): Scope {
  const scope = scopeIn(actor, project)
  demand(scope, 'tracking.run.read')
  return scope
}

@Resolver()
export class RunMutations {
  @Mutation(() => UpdateRunPayload, { description: 'Renames a run or changes its status.' })
  async updateRun(@Ctx() { actor, runs }: TrackingContext, @Arg('input', () => UpdateRunInput) input: UpdateRunInput): Promise<UpdateRunPayload> {
    const scope = scopeIn(actor, input.project)
    return { run: runOf(scope.project.id, await runs.update(scope, input.id, { name: input.name, status: input.status })) }
  }

  @Mutation(() => SetRunTagPayload, { description: 'Sets one tag of a run.' })
  async setRunTag(@Ctx() { actor, runs }: TrackingContext, @Arg('input', () => SetRunTagInput) input: SetRunTagInput): Promise<SetRunTagPayload> {
    const scope = shownIn(actor, input.project)
    await runs.setTag(scope, input.id, { key: input.key, value: input.value })
    return { run: runOf(scope.project.id, await runs.get(scope, input.id)) }
  }

  @Mutation(() => DeleteRunTagPayload, { description: 'Removes one tag of a run.' })
  async deleteRunTag(@Ctx() { actor, runs }: TrackingContext, @Arg('input', () => DeleteRunTagInput) input: DeleteRunTagInput): Promise<DeleteRunTagPayload> {
    const scope = shownIn(actor, input.project)
    await runs.deleteTag(scope, input.id, input.key)
    return { run: runOf(scope.project.id, await runs.get(scope, input.id)) }
  }

  @Mutation(() => DeleteRunsPayload, { description: 'Moves runs to the trash: all of them or none.' })
  async deleteRuns(@Ctx() { actor, runs }: TrackingContext, @Arg('input', () => DeleteRunsInput) input: DeleteRunsInput): Promise<DeleteRunsPayload> {
    const scope = shownIn(actor, input.project)
    await runs.delete(scope, input.ids)
    const changed = await runs.load(scope, input.ids)
    return { runs: changed.flatMap((run) => (run ? [runOf(scope.project.id, run)] : [])) }
  }

  @Mutation(() => RestoreRunsPayload, { description: 'Brings runs back from the trash.' })
  async restoreRuns(@Ctx() { actor, runs }: TrackingContext, @Arg('input', () => RestoreRunsInput) input: RestoreRunsInput): Promise<RestoreRunsPayload> {
    const scope = shownIn(actor, input.project)
    await runs.restore(scope, input.ids)
    const changed = await runs.load(scope, input.ids)
    return { runs: changed.flatMap((run) => (run ? [runOf(scope.project.id, run)] : [])) }
  }
}
