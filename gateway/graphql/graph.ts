/**
 * The graph at the door: ApolloServer around ApolloGateway with a static supergraph. The order of an operation is limits,
 * parse, validate, variables, freshness, cost, policy, and only then plan and fetch.
 */
import '#gateway/graphql/no-telemetry.ts'
import { ApolloGateway } from '@apollo/gateway'
import { ApolloServer, type ApolloServerOptionsWithGateway, type ApolloServerPlugin, type GraphQLRequestContextDidResolveOperation, type HeaderMap, type HTTPGraphQLResponse } from '@apollo/server'
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled'
import { getVariableValues, GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql'
import { assertAffordable } from '#gateway/graphql/cost.ts'
import { guardStep, type OperationContext, type RunStep, sourceOf } from '#gateway/graphql/data-source.ts'
import { limits } from '#gateway/graphql/limits.ts'
import { createPolicyPass, type Operation, type PassResult, type PolicyPass, refusalError } from '#gateway/graphql/policy-pass.ts'
import type { PolicyTree } from '#gateway/graphql/policy-tree.ts'
import { lintSchema } from '#gateway/graphql/schema-lint.ts'
import type { Access } from '#shared/access.ts'
import type { Actor, Caller } from '#shared/actor.ts'
import { DomainError } from '#shared/errors.ts'
import { graphqlCodes, toGraphQLError } from '#shared/graphql/error-format.ts'
import { httpStatus } from '#shared/rest/error-format.ts'
import { type SubgraphName, subgraphNames } from '#shared/subsystem.ts'
import type { Log } from '#shared/telemetry/log.ts'

export interface GraphOptions {
  readonly supergraphSdl: string
  readonly tree: PolicyTree
  /** How each subgraph is reached: a function here, HTTP elsewhere. */
  readonly steps: Partial<Record<SubgraphName, RunStep>>
  readonly access: Access
  readonly log: Log
}

export interface GraphRequest {
  readonly method: string
  readonly headers: HeaderMap
  /** With its question mark. */
  readonly search: string
  /** The parsed body. */
  readonly body: unknown
  readonly context: OperationContext
}

export interface Graph {
  /** What clients see. */
  readonly schema: GraphQLSchema
  execute(request: GraphRequest): Promise<HTTPGraphQLResponse>
  stop(): Promise<void>
}

export const newOperationContext = (caller: Caller): OperationContext => ({ caller, noted: { projects: [] }, subgraphs: new Map() })

export async function createGraph({ supergraphSdl, tree, steps, access, log }: GraphOptions): Promise<Graph> {
  const gateway = new ApolloGateway({
    supergraphSdl,
    // Query plans would show the inside to anybody who asks for them by header.
    __exposeQueryPlanExperimental: false,
    logger: log.child({ part: 'gateway' }),
    buildService: ({ name }) => {
      const known = subgraphNames.find((n) => n === name)
      const step = known && steps[known]
      if (!known || !step) throw new Error(`The supergraph names a subgraph "${name}" that is not part of this server`)
      return sourceOf(guardStep(known, step, log))
    },
  })
  let schema: GraphQLSchema | undefined
  gateway.onSchemaLoadOrUpdate(({ apiSchema }) => {
    schema = apiSchema
  })
  let pass: PolicyPass | undefined
  const server = new ApolloServer<OperationContext>({
    gateway: gateway as unknown as ApolloServerOptionsWithGateway<OperationContext>['gateway'], // it declares an older server-gateway-interface (stack.md 1.5)
    introspection: true, // the policy pass refuses it to strangers
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokens },
    logger: log.child({ part: 'graphql' }),
    formatError,
    plugins: [ApolloServerPluginLandingPageDisabled(), ApolloServerPluginCacheControlDisabled(), beforeExecution(() => pass, access, log)],
  })
  await server.start()
  if (!schema) throw new Error('the gateway started without a schema')
  const faults = lintSchema(schema, supergraphSdl, tree)
  if (faults.length > 0) {
    await server.stop()
    throw new Error(`The schema breaks the rules of the gateway:\n  ${faults.join('\n  ')}`)
  }
  pass = createPolicyPass(schema, tree)
  return {
    schema,
    execute: ({ context, ...httpGraphQLRequest }) => server.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: () => Promise.resolve(context) }),
    stop: () => server.stop(),
  }
}

/** Everything that must hold before a plan is made. An error thrown here answers the whole operation with its own status. */
function beforeExecution(pass: () => PolicyPass | undefined, access: Access, log: Log): ApolloServerPlugin<OperationContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        async didResolveOperation(request) {
          const checked = operationOf(request)
          const { caller } = request.contextValue
          if (caller.subjectId !== caller.principalId && checked.operation.operation === 'mutation') throw badRequest('FORBIDDEN', 'Viewing as somebody else is read-only.', 403)
          assertAffordable(request.schema, checked.document, checked.operation, checked.variables)
          const policy = pass()
          if (!policy) throw badRequest('UNAVAILABLE', 'The gateway is starting.', 503)
          const { actor, refused, projects } = await judge(policy, access, caller, checked).catch(asGraphQL)
          request.contextValue.noted.projects = projects
          if (refused.length > 0) {
            const error = refusalError(refused)
            log.info(
              {
                requestId: actor.requestId,
                denialId: error.extensions['denialId'],
                code: error.extensions['code'],
                subject: actor.subjectId,
                refused: refused.map(({ path, refusal }) => ({ path, reason: refusal.reason, permission: refusal.permission })),
              },
              'operation refused',
            )
            throw error
          }
          request.contextValue.actor = actor
        },
        didEncounterErrors: ({ errors, contextValue }) => {
          const code = errors[0]?.extensions['code']
          contextValue.noted.errorCode = typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR'
          for (const error of errors) if (isOurs(error.extensions['code'])) log.error({ requestId: contextValue.caller.requestId, err: error }, 'operation failed')
          return Promise.resolve()
        },
      }),
  }
}

/** What a read is allowed may rest on a policy a second old; what it is refused is judged again on a fresh one. */
async function judge(policy: PolicyPass, access: Access, caller: Caller, checked: Operation): Promise<PassResult & { readonly actor: Actor }> {
  const isMutation = checked.operation.operation === 'mutation'
  const actor = await access.actorOf(caller, isMutation ? 'write' : 'read')
  const first = await policy.check(checked, actor)
  if (first.refused.length === 0 || isMutation || caller.kind === 'anonymous') return { ...first, actor }
  const fresh = await access.actorOf(caller, 'write')
  return fresh.snapshot.epoch === actor.snapshot.epoch ? { ...first, actor } : { ...(await policy.check(checked, fresh)), actor: fresh }
}

const badRequest = (code: string, message: string, status = 400): GraphQLError => new GraphQLError(message, { extensions: { code, http: { status } } })

function operationOf({ document, operation, operationName, request, schema }: GraphQLRequestContextDidResolveOperation<OperationContext>) {
  if (!operation)
    throw badRequest(
      'OPERATION_RESOLUTION_FAILURE',
      request.operationName ? `Unknown operation named "${operationName ?? request.operationName}".` : 'Must provide operation name if query contains multiple operations.',
    )
  if (!schema.getRootType(operation.operation)) throw badRequest('BAD_USER_INPUT', `The graph has no ${operation.operation}s.`)
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables ?? {}, { maxErrors: 5 })
  const [first] = errors ?? []
  if (first) throw badRequest('BAD_USER_INPUT', first.message)
  return { document, operation, variables: coerced ?? {} }
}

const asGraphQL = (error: unknown): never => {
  if (!(error instanceof DomainError)) throw error
  const worded = toGraphQLError(error)
  throw new GraphQLError(worded.message, { extensions: { ...worded.extensions, http: { status: httpStatus[error.code] } }, originalError: error })
}

const isOurs = (code: unknown): boolean => code === undefined || code === graphqlCodes.INTERNAL || code === 'DOWNSTREAM_SERVICE_ERROR'

/** No stack, no suggestion, nothing of the inside: what is not meant for the caller becomes one sentence. */
function formatError(formatted: GraphQLFormattedError): GraphQLFormattedError {
  if (isOurs(formatted.extensions?.['code'])) return { message: 'Something went wrong on our side.', ...(formatted.path ? { path: formatted.path } : {}), extensions: { code: graphqlCodes.INTERNAL } }
  return { ...formatted, message: formatted.message.replace(/ Did you mean .*\?$/s, '') }
}
