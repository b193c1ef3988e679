/**
 * Runs operations on one subgraph's schema: the same code behind the gateway's in-process data source and behind a
 * subgraph's own HTTP endpoint. The gateway's plans are stable strings, so a document is parsed and validated once.
 */
import { execute, type DocumentNode, GraphQLError, type GraphQLFormattedError, type GraphQLSchema, parse, validate } from 'graphql'
import { formatSubgraphError } from '#shared/graphql/error-format.ts'

export interface SubgraphRequest {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly operationName?: string
}

export interface SubgraphResponse {
  readonly data?: Record<string, unknown> | null
  readonly errors?: readonly GraphQLFormattedError[]
}

export type RunOperation = (request: SubgraphRequest, context: object) => Promise<SubgraphResponse>

/** Plans of one web UI are a few hundred; strangers with literals must not fill the memory. */
const MAX_DOCUMENTS = 1_000

export function createOperationRunner(schema: GraphQLSchema, onUnexpected: (error: unknown) => void): RunOperation {
  const documents = new Map<string, DocumentNode>()
  const format = (errors: readonly GraphQLError[]): GraphQLFormattedError[] => errors.map((error) => formatSubgraphError(error, onUnexpected))

  const documentOf = (query: string): DocumentNode | readonly GraphQLError[] => {
    const known = documents.get(query)
    if (known) return known
    let document: DocumentNode
    try {
      document = parse(query, { noLocation: true })
    } catch (error) {
      return [error instanceof GraphQLError ? error : new GraphQLError(String(error))]
    }
    const errors = validate(schema, document)
    if (errors.length > 0) return errors
    const [oldest] = documents.keys()
    if (documents.size >= MAX_DOCUMENTS && oldest !== undefined) documents.delete(oldest)
    documents.set(query, document)
    return document
  }

  return async (request, context) => {
    const document = documentOf(request.query)
    if (!('kind' in document)) return { errors: format(document) }
    const { data, errors } = await execute({ schema, document, contextValue: context, variableValues: request.variables, operationName: request.operationName })
    return { data, ...(errors ? { errors: format(errors) } : {}) }
  }
}
