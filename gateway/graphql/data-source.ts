/**
 * Where the gateway sends one step of a plan. In one process that is a function call; apart, HTTP. What both share, the
 * deadline, the breaker and the words for a subgraph that is down, is in `guardSource`.
 */
import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway'
import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleAll, TaskCancelledError, timeout, TimeoutStrategy, wrap } from 'cockatiel'
import { createOperationRunner, type SubgraphRequest, type SubgraphResponse } from '#shared/graphql/execute.ts'
import type { Actor, Caller } from '#shared/actor.ts'
import { unavailable } from '#shared/errors.ts'
import type { Subsystem, SubgraphName } from '#shared/subsystem.ts'
import type { Log } from '#shared/telemetry/log.ts'

/** What one operation carries from the door to the subgraphs. */
export interface OperationContext {
  readonly caller: Caller
  /** Set by the policy pass, before anything is fetched. */
  actor?: Actor
  /** For the log. An object of its own: Apollo hands a copy of the context on. */
  readonly noted: {
    /** Names of the projects that the roots named. */
    projects: readonly string[]
    /** `extensions.code` of the first error. */
    errorCode?: string
  }
  /** The context of each subgraph: made once, so its loaders live as long as the operation. */
  readonly subgraphs: Map<SubgraphName, object>
}

/** One step of a plan, in our words. */
export type RunStep = (request: SubgraphRequest, context: OperationContext) => Promise<SubgraphResponse>

/** Apollo's interface around our step. */
export function sourceOf(step: RunStep): GraphQLDataSource<OperationContext> {
  return {
    async process(options: GraphQLDataSourceProcessOptions<OperationContext>) {
      if (options.kind !== 'incoming operation') return {} // health checks and schema loading are off: the supergraph is static
      const { query = '', variables, operationName } = options.request
      const { data, errors } = await step({ query, variables, operationName }, options.context)
      return { data, ...(errors ? { errors: [...errors] } : {}) }
    },
  }
}

export function localStep(subsystem: Pick<Subsystem, 'name' | 'schema' | 'context'>, log: Log): RunStep {
  const run = createOperationRunner(subsystem.schema, (error) => log.error({ err: error, subgraph: subsystem.name }, 'a resolver failed'))
  return (request, context) => {
    if (!context.actor) throw new Error('the policy pass has not run')
    const known = context.subgraphs.get(subsystem.name)
    const made = known ?? subsystem.context(context.actor)
    if (!known) context.subgraphs.set(subsystem.name, made)
    return run(request, made)
  }
}

const DEADLINE_MS = 5_000
const BREAK_AFTER = 5
const BREAK_MS = 5_000

/**
 * A step that does not answer becomes one error that names the subgraph; the rest of the operation goes on. The breaker
 * opens after five failures in a row and lets one step try again five seconds later.
 */
export function guardStep(name: SubgraphName, step: RunStep, log: Log, deadlineMs = DEADLINE_MS): RunStep {
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: BREAK_MS, breaker: new ConsecutiveBreaker(BREAK_AFTER) })
  breaker.onBreak(() => log.error({ subgraph: name }, 'circuit open'))
  breaker.onReset(() => log.info({ subgraph: name }, 'circuit closed'))
  const guard = wrap(breaker, timeout(deadlineMs, TimeoutStrategy.Aggressive))
  return async (request, context) => {
    try {
      const response = await guard.execute(async () => {
        const answer = await step(request, context)
        if (answer.errors?.some(isOutage)) throw new SubgraphOutage(answer)
        return answer
      })
      return response
    } catch (error) {
      if (error instanceof SubgraphOutage) return { ...error.response, errors: error.response.errors?.map((e) => (isOutage(e) ? { ...e, ...down(name) } : e)) }
      if (!(error instanceof BrokenCircuitError)) log.error({ err: error, subgraph: name }, 'a subgraph did not answer')
      return { data: null, errors: [error instanceof TaskCancelledError ? late(name) : down(name)] }
    }
  }
}

/** The subgraph answered, and said that its own store does not. */
class SubgraphOutage extends Error {
  constructor(readonly response: SubgraphResponse) {
    super('the subgraph is unavailable')
  }
}
const isOutage = (error: { readonly extensions?: Readonly<Record<string, unknown>> }): boolean => error.extensions?.['code'] === 'UNAVAILABLE'
const down = (service: SubgraphName) => ({ message: unavailable(service).message, extensions: { code: 'SUBGRAPH_DOWN', service } })
const late = (service: SubgraphName) => ({ message: `${service} did not answer in time. A change may or may not have happened.`, extensions: { code: 'SUBGRAPH_TIMEOUT', service } })
