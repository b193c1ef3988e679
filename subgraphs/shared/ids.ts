/** Identifiers. Made in the application, so that no statement needs RETURNING on MySQL. */
import { randomBytes } from 'node:crypto'
import { v7 } from 'uuid'

/** A time-ordered uuid: the id of everything that has no format of its own. */
export const newId = (): string => v7()
/** 32 lower-case hex digits: MLflow's format of run ids (uuid4().hex). */
export const newHexId = (): string => randomBytes(16).toString('hex')

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
export const isUuid = (text: string): boolean => uuidPattern.test(text)
const hexPattern = /^[0-9a-f]{32}$/
export const isHexId = (text: string): boolean => hexPattern.test(text)
/** uuid with dashes from 32 hex digits; for uuid columns that hold MLflow ids. */
export const hexToUuid = (hex: string): string => `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
export const uuidToHex = (uuid: string): string => uuid.replaceAll('-', '')
