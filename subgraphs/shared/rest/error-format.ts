/** How each REST family words an error. The family follows the path, never the listener (design section 3). */
import { DomainError, type DomainErrorCode } from '#shared/errors.ts'

/** mlflow: MLflow's API; studio: ML Studio's /api; mini: the mini platform's four routes; own: Sluice's. */
export type Family = 'mlflow' | 'studio' | 'mini' | 'own'

export const httpStatus: Readonly<Record<DomainErrorCode, number>> = {
  INVALID: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  CONFLICT: 409,
  TOO_LARGE: 413,
  TOO_MANY_REQUESTS: 429,
  UNSUPPORTED_MEDIA: 415,
  NOT_IMPLEMENTED: 501,
  UNAVAILABLE: 503,
  INTERNAL: 500,
}

/**
 * MLflow's clients switch on these strings, so they are protocol, not taste. Authority: mlflow/exceptions.py
 * (RESOURCE_ALREADY_EXISTS is 400 there, not 409); CONFLICT is how MLflow refuses a write to a deleted run.
 */
export const mlflowErrors: Readonly<Record<DomainErrorCode, readonly [errorCode: string, status: number]>> = {
  INVALID: ['INVALID_PARAMETER_VALUE', 400],
  UNAUTHENTICATED: ['UNAUTHENTICATED', 401],
  FORBIDDEN: ['PERMISSION_DENIED', 403],
  NOT_FOUND: ['RESOURCE_DOES_NOT_EXIST', 404],
  ALREADY_EXISTS: ['RESOURCE_ALREADY_EXISTS', 400],
  CONFLICT: ['INVALID_PARAMETER_VALUE', 400],
  TOO_LARGE: ['INVALID_PARAMETER_VALUE', 413],
  TOO_MANY_REQUESTS: ['REQUEST_LIMIT_EXCEEDED', 429],
  UNSUPPORTED_MEDIA: ['INVALID_PARAMETER_VALUE', 400],
  NOT_IMPLEMENTED: ['NOT_IMPLEMENTED', 501],
  UNAVAILABLE: ['TEMPORARILY_UNAVAILABLE', 503],
  INTERNAL: ['INTERNAL_ERROR', 500],
}

/** What MLflow 3.17 adds to its errors (recorded answers); codes that are not here go without. */
const mlflowClasses: Readonly<Record<string, readonly [sqlstate: string, errorClass: string]>> = {
  INVALID_PARAMETER_VALUE: ['KAM00', 'INVALID_PARAMETER_VALUE'],
  BAD_REQUEST: ['KAM00', 'INVALID_PARAMETER_VALUE'],
  RESOURCE_DOES_NOT_EXIST: ['KAM00', 'RESOURCE_NOT_FOUND'],
  RESOURCE_ALREADY_EXISTS: ['KAM00', 'RESOURCE_ALREADY_EXISTS'],
  INTERNAL_ERROR: ['XXM00', 'CLIENT_INTERNAL_ERROR'],
}

/** ML Studio answers a duplicate with 400 (ST-27); everything else as HTTP means it. */
const studioStatus: Readonly<Record<DomainErrorCode, number>> = { ...httpStatus, ALREADY_EXISTS: 400 }

/** The mini platform answers a duplicate with 400 (MM-03). */
const miniStatus: Readonly<Record<DomainErrorCode, number>> = { ...httpStatus, ALREADY_EXISTS: 400 }

export interface ErrorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: object
}

/** Anything that is no DomainError is ours: one sentence and the request id, nothing else. */
export function errorAnswer(family: Family, error: unknown, requestId: string): ErrorAnswer {
  const known = error instanceof DomainError ? error : new DomainError('INTERNAL', `Something went wrong on our side. Give this id to your administrator: ${requestId}`)
  const { code, message, details } = known
  const headers: Record<string, string> = { 'x-request-id': requestId }
  if (details.retryAfter !== undefined) headers['retry-after'] = String(details.retryAfter)
  if (code === 'UNAUTHENTICATED') headers['www-authenticate'] = 'Basic realm="sluice"'
  switch (family) {
    case 'mlflow': {
      const [generalCode, status] = mlflowErrors[code]
      const errorCode = details.protocolCode ?? generalCode
      const [sqlstate, errorClass] = mlflowClasses[errorCode] ?? []
      return { status, headers, body: { error_code: errorCode, message, ...(sqlstate ? { sqlstate, error_class: errorClass } : {}) } }
    }
    case 'studio':
      return { status: studioStatus[code], headers, body: { error: message } }
    case 'mini':
      return { status: miniStatus[code], headers, body: { detail: message } }
    case 'own':
      return { status: httpStatus[code], headers, body: { error: { code, message, requestId, ...details } } }
  }
}
