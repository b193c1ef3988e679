/** Lists in the graph: `{ nodes pageInfo { endCursor hasNextPage } }`, one shape for every connection. */
import { Directive, Field, ObjectType } from 'type-graphql'
import type { Page } from '#shared/paging.ts'

@ObjectType({ description: 'Where a page of a list ends.' })
@Directive('@shareable')
export class PageInfo {
  @Field(() => String, { nullable: true, description: 'Pass it as `after` to read on. Null on an empty page.' })
  endCursor!: string | null

  @Field(() => Boolean, { description: 'Whether a further page exists.' })
  hasNextPage!: boolean
}

/** Maps a page of the domain onto a connection type of the graph. */
export const connectionOf = <T, N>(page: Page<T>, node: (item: T) => N): { nodes: N[]; pageInfo: PageInfo } => ({
  nodes: page.items.map(node),
  pageInfo: { endCursor: page.nextToken ?? null, hasNextPage: page.nextToken !== undefined },
})
