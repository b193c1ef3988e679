import { Field, InputType } from 'type-graphql'

@InputType({ description: 'A tag to be set.' })
export class TagInput {
  @Field(() => String)
  key!: string

  @Field(() => String)
  value!: string
}
