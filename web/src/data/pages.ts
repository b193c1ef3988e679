import { useCallback, useEffect, useReducer, useRef } from 'react'
import { type AnyVariables, type TypedDocumentNode, useClient } from 'urql'
import { type Problem, problemFrom, problemOf } from './problem.ts'

/** One page of a connection, as the documents select it. */
export interface Connection<Node> {
  readonly nodes: readonly Node[]
  readonly pageInfo: { readonly endCursor?: string | null; readonly hasNextPage: boolean }
}

export interface Pages<Node> {
  readonly rows: readonly Node[]
  /** The first page is on its way and there is nothing to show. */
  readonly loading: boolean
  /** Anything is on its way: the old rows stay. */
  readonly busy: boolean
  readonly problem: Problem | undefined
  readonly hasMore: boolean
  readonly more: () => void
  readonly reload: () => void
}

interface State<Node> {
  readonly rows: readonly Node[]
  readonly cursor: string | undefined
  readonly hasMore: boolean
  readonly fetched: boolean
  readonly busy: boolean
  readonly problem: Problem | undefined
}

type Step<Node> = { type: 'asked'; first: boolean; fresh: boolean } | { type: 'page'; first: boolean; page: Connection<Node> } | { type: 'failed'; problem: Problem }

const blank = { rows: [], cursor: undefined, hasMore: false, fetched: false, busy: true, problem: undefined }

function step<Node>(state: State<Node>, next: Step<Node>): State<Node> {
  if (next.type === 'asked') return next.fresh ? { ...blank } : { ...state, busy: true, problem: next.first ? undefined : state.problem }
  if (next.type === 'failed') return { ...state, busy: false, fetched: true, hasMore: false, problem: next.problem }
  const { page, first } = next
  return { rows: first ? page.nodes : [...state.rows, ...page.nodes], cursor: page.pageInfo.endCursor ?? undefined, hasMore: page.pageInfo.hasNextPage, fetched: true, busy: false, problem: undefined }
}

/**
 * A list that is read page by page while it scrolls. The pages stay out of React's render path until they arrive: a
 * merged connection in the cache would be read as a whole for each new page.
 */
export function usePages<Data, Variables extends AnyVariables & { after?: string | null }, Node>(options: {
  readonly document: TypedDocumentNode<Data, Variables>
  readonly variables: Omit<Variables, 'after'>
  readonly select: (data: Data) => Connection<Node> | null | undefined
  /** The subject of the sentence when it fails: "Runs". */
  readonly what: string
}): Pages<Node> {
  const client = useClient()
  const [state, dispatch] = useReducer(step<Node>, blank)
  const key = JSON.stringify(options.variables)
  const latest = useRef({ options, key })
  latest.current = { options, key }

  const ask = useCallback(
    async (after: string | undefined, fresh: boolean) => {
      const { options: asked, key: askedKey } = latest.current
      const first = after === undefined
      dispatch({ type: 'asked', first, fresh })
      const variables = { ...asked.variables, after: after ?? null } as unknown as Variables // Omit<V, 'after'> plus after is V; TypeScript cannot rejoin a generic
      const result = await client.query(asked.document, variables, { requestPolicy: 'network-only' }).toPromise()
      if (latest.current.key !== askedKey) return // the question changed meanwhile
      const page = result.data ? asked.select(result.data) : undefined
      if (page) dispatch({ type: 'page', first, page })
      else dispatch({ type: 'failed', problem: result.error ? problemOf(result.error, asked.what) : problemFrom({ code: 'NOT_FOUND', message: '' }, asked.what) })
    },
    [client],
  )

  const previous = useRef<string>(undefined)
  useEffect(() => {
    // A change of filter or order keeps the old rows until the new ones are here.
    void ask(undefined, previous.current === undefined)
    previous.current = key
  }, [key, ask])

  return {
    rows: state.rows,
    loading: !state.fetched,
    busy: state.busy,
    problem: state.problem,
    hasMore: state.hasMore,
    more: useCallback(() => {
      if (!state.busy && state.hasMore && state.cursor !== undefined) void ask(state.cursor, false)
    }, [ask, state.busy, state.hasMore, state.cursor]),
    reload: useCallback(() => void ask(undefined, false), [ask]),
  }
}
