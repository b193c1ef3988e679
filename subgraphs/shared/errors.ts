/**
 * What can go wrong, as one closed list. Domain code throws `DomainError`; each surface owns one total table from these
 * codes to its own words (GraphQL: graphql/error-format.ts, REST: rest/error-format.ts). This module imports nothing.
 */
export const domainErrorCodes = [
  'INVALID', // the caller sent something that can never work
  'UNAUTHENTICATED', // no valid credential
  'FORBIDDEN', // the project is visible, the permission is missing
  'NOT_FOUND', // missing or hidden: deliberately the same
  'ALREADY_EXISTS', // the name is taken
  'CONFLICT', // the state of the thing forbids it now
  'TOO_LARGE', // over a limit on size
  'TOO_MANY_REQUESTS', // over a limit on rate
  'UNSUPPORTED_MEDIA', // a body type that this route does not read
  'NOT_IMPLEMENTED', // a known operation that this server leaves out
  'UNAVAILABLE', // a part we need is down: try again
  'INTERNAL', // our defect
] as const

export type DomainErrorCode = (typeof domainErrorCodes)[number]

export interface ErrorDetails {
  /** The input field at fault, as the caller spelt it. */
  readonly field?: string
  /** Names the recorded refusal; `explainAccess` turns it into the proof. */
  readonly denialId?: string
  /** Seconds after which a retry makes sense. */
  readonly retryAfter?: number
  /** The subsystem that is down. */
  readonly service?: string
  /** A protocol's own error code where it differs from the table, e.g. MLflow's RESOURCE_CONFLICT. */
  readonly protocolCode?: string
}

/** An expected failure. Its message is for the caller: no SQL, no paths, no other project's names. */
export class DomainError extends Error {
  override readonly name = 'DomainError'
  constructor(
    readonly code: DomainErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

export const invalid = (message: string, field?: string): DomainError => new DomainError('INVALID', message, { field })
export const notFound = (message: string): DomainError => new DomainError('NOT_FOUND', message)
export const forbidden = (message: string, denialId?: string): DomainError => new DomainError('FORBIDDEN', message, { denialId })
export const alreadyExists = (message: string): DomainError => new DomainError('ALREADY_EXISTS', message)
export const conflict = (message: string): DomainError => new DomainError('CONFLICT', message)
export const unavailable = (service: string, cause?: unknown): DomainError =>
  new DomainError('UNAVAILABLE', `${service} is not available. Try again in a moment.`, { service, retryAfter: 1 }, { cause })
export const notImplemented = (what: string): DomainError => new DomainError('NOT_IMPLEMENTED', `${what} is not part of this server.`)
