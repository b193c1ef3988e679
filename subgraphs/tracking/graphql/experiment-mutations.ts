/** Mutations of experiments: one `input` with the project's name each, a payload named after the mutation. */
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql'
import { scopeIn } from '#shared/access.ts'
import type { TrackingContext } from '#tracking/graphql/context.ts'
import { Experiment, experimentOf } from '#tracking/graphql/experiment.ts'
import { TagInput } from '#tracking/graphql/tag-input.ts'

@InputType({ description: 'What createExperiment needs.' })
class CreateExperimentInput {
  @Field(() => String, { description: 'The name of the project.' })
  project!: string

  @Field(() => String)
  name!: string

  @Field(() => [TagInput], { nullable: true })
  tags?: TagInput[]
}

@ObjectType({ description: 'What createExperiment changed.' })
class CreateExperimentPayload {
  @Field(() => Experiment)
  experiment!: Experiment
}

@InputType({ description: 'What renameExperiment needs.' })
class RenameExperimentInput {
  @Field(() => String, { description: 'The name of the project.' })
  project!: string

  @Field(() => ID)
  id!: string

  @Field(() => String)
  name!: string
}

@ObjectType({ description: 'What renameExperiment changed.' })
class RenameExperimentPayload {
  @Field(() => Experiment)
  experiment!: Experiment
}

@InputType({ description: 'What setExperimentTag needs.' })
class SetExperimentTagInput {
  @Field(() => String, { description: 'The name of the project.' })
  project!: string

  @Field(() => ID)
  id!: string

  @Field(() => String)
  key!: string

  @Field(() => String)
  value!: string
}

@ObjectType({ description: 'What setExperimentTag changed.' })
class SetExperimentTagPayload {
  @Field(() => Experiment)
  experiment!: Experiment
}

@InputType({ description: 'What deleteExperiment needs.' })
class DeleteExperimentInput {
  @Field(() => String, { description: 'The name of the project.' })
  project!: string

  @Field(() => ID)
  id!: string
}

@ObjectType({ description: 'What deleteExperiment changed.' })
class DeleteExperimentPayload {
  @Field(() => Experiment)
  experiment!: Experiment
}

@InputType({ description: 'What restoreExperiment needs.' })
class RestoreExperimentInput {
  @Field(() => String, { description: 'The name of the project.' })
  project!: string

  @Field(() => ID)
  id!: string
}

@ObjectType({ description: 'What restoreExperiment changed.' })
class RestoreExperimentPayload {
  @Field(() => Experiment)
  experiment!: Experiment
}

@Resolver()
export class ExperimentMutations {
  @Mutation(() => CreateExperimentPayload, { description: 'Opens an experiment.' })
  async createExperiment(@Ctx() { actor, experiments }: TrackingContext, @Arg('input', () => CreateExperimentInput) input: CreateExperimentInput): Promise<CreateExperimentPayload> {
    const scope = scopeIn(actor, input.project)
    return { experiment: experimentOf(scope.project.id, await experiments.create(scope, { name: input.name, tags: input.tags ?? [] })) }
  }

  @Mutation(() => RenameExperimentPayload, { description: 'Renames an experiment.' })
  async renameExperiment(@Ctx() { actor, experiments }: TrackingContext, @Arg('input', () => RenameExperimentInput) input: RenameExperimentInput): Promise<RenameExperimentPayload> {
    const scope = scopeIn(actor, input.project)
    return { experiment: experimentOf(scope.project.id, await experiments.rename(scope, input.id, input.name)) }
  }

  @Mutation(() => SetExperimentTagPayload, { description: 'Sets one tag of an experiment.' })
  async setExperimentTag(@Ctx() { actor, experiments }: TrackingContext, @Arg('input', () => SetExperimentTagInput) input: SetExperimentTagInput): Promise<SetExperimentTagPayload> {
    const scope = scopeIn(actor, input.project)
    return { experiment: experimentOf(scope.project.id, await experiments.setTag(scope, input.id, { key: input.key, value: input.value })) }
  }

  @Mutation(() => DeleteExperimentPayload, { description: 'Moves an experiment with its runs to the trash.' })
  async deleteExperiment(@Ctx() { actor, experiments }: TrackingContext, @Arg('input', () => DeleteExperimentInput) input: DeleteExperimentInput): Promise<DeleteExperimentPayload> {
    const scope = scopeIn(actor, input.project)
    return { experiment: experimentOf(scope.project.id, await experiments.delete(scope, input.id)) }
  }

  @Mutation(() => RestoreExperimentPayload, { description: 'Brings an experiment back, with the runs that went with it.' })
  async restoreExperiment(@Ctx() { actor, experiments }: TrackingContext, @Arg('input', () => RestoreExperimentInput) input: RestoreExperimentInput): Promise<RestoreExperimentPayload> {
    const scope = scopeIn(actor, input.project)
    return { experiment: experimentOf(scope.project.id, await experiments.restore(scope, input.id)) }
  }
}
