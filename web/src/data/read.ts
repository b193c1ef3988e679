import { useCallback } from 'react'
import { type AnyVariables, type TypedDocumentNode, useQuery } from 'urql'
import { type Problem, problemFrom, problemOf } from './problem.ts'

export interface Read<Value> {
  readonly value: Value | undefined
  /** Nothing to show yet. */
  readonly loading: boolean
  readonly busy: boolean
  readonly problem: Problem | undefined
  /** A part of the answer is missing although the rest is there. */
  readonly partial: Problem | undefined
  readonly retry: () => void
}

/**
 * One document, and the part of its answer that a panel shows. Each panel asks for itself: in the graph a part that is
 * down nulls everything up to the nearest nullable field, so a shared document would take its neighbours along.
 */
export function useRead<Data, Variables extends AnyVariables, Value>(options: {
  readonly document: TypedDocumentNode<Data, Variables>
  readonly variables: Variables
  readonly select: (data: Data) => Value | null | undefined
  readonly what: string
  readonly pause?: boolean
}): Read<Value> {
  const [result, execute] = useQuery({ query: options.document, variables: options.variables, pause: options.pause ?? false })
  const value = result.data ? (options.select(result.data) ?? undefined) : undefined
  const settled = !result.fetching && !options.pause
  const problem = result.error ? problemOf(result.error, options.what) : settled && result.data && value === undefined ? problemFrom({ code: 'NOT_FOUND', message: '' }, options.what) : undefined
  return {
    value,
    loading: value === undefined && problem === undefined,
    busy: result.fetching || (result.stale && !result.error),
    problem: value === undefined ? problem : undefined,
    partial: value === undefined ? undefined : problem,
    retry: useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]),
  }
}
