/**
 * Ports between processes: `POST /internal/ports/<method>` with the arguments as JSON, answered with the result or with
 * the DomainError. The caller is a subsystem (a service principal), proven by the inner token; a port is never reachable
 * from outside, because the gateway does not forward `/internal`.
 */
import { ConsecutiveBreaker, ExponentialBackoff, circuitBreaker, handleWhen, timeout, TimeoutStrategy, wrap, isBrokenCircuitError, TaskCancelledError } from 'cockatiel'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { DomainError, domainErrorCodes, unavailable } from '#shared/errors.ts'
import { innerHeader, type InnerSigner, type InnerVerifier } from '#shared/inner-identity.ts'
import { stringifyJson } from '#shared/json.ts'
import { httpStatus } from '#shared/rest/error-format.ts'
import type { SubgraphName } from '#shared/subsystem.ts'
import type { Log } from '#shared/telemetry/log.ts'

const DEADLINE_MS = 2_000
const prefix = '/internal/ports'

/** Deadline and breaker of one neighbour, the same in process and apart. An open breaker answers at once. */
export function createGuard(service: string): <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T> {
  const isOutage = (error: unknown): boolean => !(error instanceof DomainError) || error.code === 'UNAVAILABLE'
  const breaker = circuitBreaker(handleWhen(isOutage), { halfOpenAfter: new ExponentialBackoff({ initialDelay: 250, maxDelay: 5_000 }), breaker: new ConsecutiveBreaker(5) })
  const policy = wrap(breaker, timeout(DEADLINE_MS, TimeoutStrategy.Aggressive))
  return async (work) => {
    try {
      return await policy.execute(({ signal }) => work(signal))
    } catch (error) {
      // Not cockatiel's isTaskCancelledError: in 3.x it looks for another error's mark and is never true.
      throw isBrokenCircuitError(error) || error instanceof TaskCancelledError ? unavailable(service, error) : error
    }
  }
}

/** The same functions behind deadline and breaker. */
export function guardPort<Port extends object>(service: SubgraphName, methods: readonly (keyof Port & string)[], port: Port): Port {
  const guard = createGuard(service)
  return portOf(methods, (method) => {
    const target: unknown = port[method]
    if (typeof target !== 'function') throw new Error(`${service} has no port ${method}`)
    return (...args) => guard(() => Promise.resolve(Reflect.apply(target, port, args)))
  })
}

export interface RemotePortOptions {
  readonly service: SubgraphName
  /** Address of the neighbour without a trailing slash. */
  readonly url: string
  readonly signer: InnerSigner
  /** Our own name: the service principal that calls. */
  readonly callerName: string
}

const errorBody = z.object({ error: z.object({ code: z.enum(domainErrorCodes), message: z.string(), details: z.record(z.string(), z.unknown()).optional() }) })

/** A neighbour's port over HTTP. Arguments and results are plain JSON, which the port types promise. */
export function remotePort<Port extends object>(methods: readonly (keyof Port & string)[], { service, url, signer, callerName }: RemotePortOptions): Port {
  const guard = createGuard(service)
  const call = async (method: string, args: readonly unknown[], signal: AbortSignal): Promise<unknown> => {
    const token = await signer.sign({ principalId: `service:${callerName}`, kind: 'service', subjectId: `service:${callerName}`, ceiling: null, requestId: '' }, service)
    const answer = await fetch(`${url}${prefix}/${method}`, { method: 'POST', signal, headers: { 'content-type': 'application/json', [innerHeader]: token }, body: stringifyJson(args) }).catch(
      (error: unknown) => {
        throw unavailable(service, error)
      },
    )
    const body: unknown = await answer.json().catch(() => undefined)
    if (answer.ok && typeof body === 'object' && body !== null) return 'result' in body ? body.result : undefined
    const known = errorBody.safeParse(body)
    throw known.success ? new DomainError(known.data.error.code, known.data.error.message, { ...known.data.error.details }) : unavailable(service, new Error(`status ${answer.status}`))
  }
  return portOf(
    methods,
    (method) =>
      (...args) =>
        guard((signal) => call(method, args, signal)),
  )
}

/** An object with one function per method. The list of methods is checked against the port's type where it is written. */
function portOf<Port extends object>(methods: readonly (keyof Port & string)[], make: (method: keyof Port & string) => (...args: unknown[]) => Promise<unknown>): Port {
  return Object.fromEntries(methods.map((method) => [method, make(method)])) as Port // every method of Port is in `methods`
}

/** Serves a subsystem's ports to its neighbours. Anything without a valid inner token of a service is 401. */
export function mountPorts(app: FastifyInstance, ports: object, methods: readonly string[], verifier: InnerVerifier, log: Log): void {
  for (const method of methods) {
    const target: unknown = Reflect.get(ports, method)
    if (typeof target !== 'function') throw new Error(`the port ${method} does not exist`)
    app.post(`${prefix}/${method}`, async (request, reply) => {
      try {
        const token = request.headers[innerHeader]
        const caller = await verifier.verify(typeof token === 'string' ? token : undefined)
        if (caller.kind !== 'service' || !caller.principalId.startsWith('service:')) throw new DomainError('FORBIDDEN', 'Ports are for subsystems.')
        const chunks: Buffer[] = []
        for await (const chunk of request.raw as AsyncIterable<Buffer>) chunks.push(chunk)
        const args: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || '[]')
        if (!Array.isArray(args)) throw new DomainError('INVALID', 'The arguments must be a list.')
        const result: unknown = await Reflect.apply(target, ports, args)
        return await reply.header('content-type', 'application/json').send(stringifyJson({ result }))
      } catch (error) {
        const known = error instanceof DomainError ? error : new DomainError('INTERNAL', 'The port failed.')
        if (!(error instanceof DomainError)) log.error({ err: error, method }, 'a port failed')
        return reply
          .code(httpStatus[known.code])
          .header('content-type', 'application/json')
          .send(JSON.stringify({ error: { code: known.code, message: known.message, details: known.details } }))
      }
    })
  }
}
