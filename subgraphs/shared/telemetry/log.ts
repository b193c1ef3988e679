/** JSON logs (pino). One event per request at the edge; a caller's mistake is info, ours is error. */
import { pino, type Logger } from 'pino'

export type Log = Logger

/** What helps to find a fault, and nothing else: drivers hang whole connections, keys included, on their errors. */
function errorFacts(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const code = 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? { code: error.code } : {}
  return { type: error.name, message: error.message, ...code, stack: error.stack, ...(error.cause === undefined ? {} : { cause: errorFacts(error.cause) }) }
}

export function createLog(options: { level?: string; service: string; pretty?: boolean }): Log {
  return pino({
    level: options.level ?? 'info',
    base: { service: options.service },
    timestamp: () => `,"ts":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: errorFacts },
    redact: { paths: ['req.headers.authorization', 'req.headers.cookie', 'password', 'token', '*.password', '*.token'], censor: '[hidden]' },
  })
}
