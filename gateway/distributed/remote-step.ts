/** One step of a plan sent to a subgraph's own process: Apollo's RemoteGraphQLDataSource with the signed inner identity. */
import { type GraphQLDataSourceProcessOptions, RemoteGraphQLDataSource } from '@apollo/gateway'
import type { OperationContext, RunStep } from '#gateway/graphql/data-source.ts'
import { innerHeader, type InnerSigner } from '#shared/inner-identity.ts'
import type { SubgraphName } from '#shared/subsystem.ts'

type Options = GraphQLDataSourceProcessOptions<OperationContext>

export function remoteStep(name: SubgraphName, url: string, signer: InnerSigner): RunStep {
  const source = new RemoteGraphQLDataSource<OperationContext>({
    url: `${url}/graphql`,
    honorSubgraphCacheControlHeader: false,
    async willSendRequest({ request, context }) {
      const { caller, actor } = context as OperationContext // set below: this source sends nothing but steps of operations
      request.http?.headers.set(innerHeader, await signer.sign({ ...caller, ...(actor ? { epoch: actor.snapshot.epoch } : {}) }, name))
      request.http?.headers.set('x-request-id', caller.requestId)
    },
  })
  return async ({ query, variables, operationName }, context) => {
    const request = { query, variables: sendable(variables), ...(operationName ? { operationName } : {}) }
    // Apollo's options also carry the incoming request for cache hints, which are off: process() reads the rest only.
    const options = { kind: 'incoming operation', request, context } as unknown as Options
    const { data, errors } = await source.process(options)
    return { data: data ?? null, ...(errors ? { errors: [...errors] } : {}) }
  }
}

/** Variables as JSON can carry them: Apollo's source stringifies by itself and knows no bigint; Long reads digits. */
const sendable = (variables: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
  JSON.parse(JSON.stringify(variables, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)))
