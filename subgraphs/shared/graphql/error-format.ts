/** DomainError → GraphQL error. Anything else is masked to one sentence; the cause is logged, never sent. */
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { DomainError, type DomainErrorCode } from '#shared/errors.ts'

/** `extensions.code` of the graph. */
export const graphqlCodes: Readonly<Record<DomainErrorCode, string>> = {
  INVALID: 'BAD_USER_INPUT',
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  FORBIDDEN: 'FORBIDDEN',
  NOT_FOUND: 'NOT_FOUND',
  ALREADY_EXISTS: 'ALREADY_EXISTS',
  CONFLICT: 'CONFLICT',
  TOO_LARGE: 'TOO_LARGE',
  TOO_MANY_REQUESTS: 'TOO_MANY_REQUESTS',
  UNSUPPORTED_MEDIA: 'BAD_USER_INPUT',
  NOT_IMPLEMENTED: 'NOT_IMPLEMENTED',
  UNAVAILABLE: 'UNAVAILABLE',
  INTERNAL: 'INTERNAL_SERVER_ERROR',
}

/** The expected failure behind an execution error, if it is one. */
export function domainErrorOf(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error
  if (error instanceof GraphQLError) return domainErrorOf(error.originalError)
  return undefined
}

export const toGraphQLError = (error: DomainError): GraphQLError => new GraphQLError(error.message, { extensions: { code: graphqlCodes[error.code], ...error.details } })

/** What a subgraph sends for one error of an execution. */
export function formatSubgraphError(error: GraphQLError, onUnexpected: (error: unknown) => void): GraphQLFormattedError {
  const known = domainErrorOf(error)
  const where = { ...(error.path ? { path: error.path } : {}) }
  if (known) return { message: known.message, ...where, extensions: { code: graphqlCodes[known.code], ...known.details } }
  if (error.extensions['code'] === 'BAD_USER_INPUT' || !error.originalError) return { message: error.message, ...where, extensions: { code: error.extensions['code'] ?? 'BAD_USER_INPUT' } }
  onUnexpected(error.originalError)
  return { message: 'Something went wrong on our side.', ...where, extensions: { code: graphqlCodes.INTERNAL } }
}
