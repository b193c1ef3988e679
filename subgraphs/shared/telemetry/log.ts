/** JSON logs (pino). One event per request at the edge; a caller's mistake is info, ours is error. */
import { pino, type Logger } from 'pino'

export type Log = Logger

export function createLog(options: { level?: string; service: string; pretty?: boolean }): Log {
  return pino({
    level: options.level ?? 'info',
    base: { service: options.service },
    timestamp: () => `,"ts":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: ['req.headers.authorization', 'req.headers.cookie', 'password', 'token', '*.password', '*.token'], censor: '[hidden]' },
  })
}
