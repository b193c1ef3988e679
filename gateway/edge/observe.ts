/** One log event and one metric per request (ST-04, CA-14). Metrics carry the route's pattern, never its values. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'
import type { Log } from '#shared/telemetry/log.ts'

export interface Metrics {
  readonly contentType: string
  text(): Promise<string>
  observe(method: string, route: string, status: number, seconds: number): void
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry }) // includes the event loop's delay
  const labelNames = ['method', 'route', 'status'] as const
  // The names are CA-15's.
  const requests = new Counter({ name: 'mlflow_requests_total', help: 'HTTP requests answered.', labelNames, registers: [registry] })
  const duration = new Histogram({
    name: 'mlflow_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  })
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    observe(method, route, status, seconds) {
      requests.inc({ method, route, status })
      duration.observe({ method, route }, seconds)
    },
  }
}

export function observeRequests(app: FastifyInstance, metrics: Metrics, log: Log): void {
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none'
    metrics.observe(request.method, route, reply.statusCode, reply.elapsedTime / 1_000)
    log[reply.statusCode >= 500 && reply.statusCode !== 501 ? 'warn' : 'info'](event(request, reply, route), 'request')
    done()
  })
}

function event(request: FastifyRequest, reply: FastifyReply, route: string): object {
  const { caller, projects, projectPrefix, errorCode } = request.door
  const project = projects.length > 0 ? projects.join(',') : (caller?.projectName ?? projectPrefix)
  return {
    requestId: request.id,
    user: caller?.subjectId ?? 'anonymous',
    ...(caller && caller.principalId !== caller.subjectId ? { principal: caller.principalId } : {}),
    ...(project === undefined ? {} : { project }),
    method: request.method,
    route,
    status: reply.statusCode,
    ...(errorCode === undefined ? {} : { errorCode }),
    ms: Math.round(reply.elapsedTime * 10) / 10,
    client: request.ip,
  }
}
