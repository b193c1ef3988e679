/** The column kit of PostgreSQL. columns.mysql.ts exports the same names, so that tables.ts is written once. */
import { bigint, boolean, foreignKey, index, integer, pgSchema, primaryKey, text, uniqueIndex, varchar } from 'drizzle-orm/pg-core'

const auth = pgSchema('auth')
const own = pgSchema('identity')

export const authTable = auth.table
export const ownTable = own.table
/** An id made by the application, or a key of that size. */
export const id = (name: string) => varchar(name, { length: 64 })
/** Text that an index may hold: at most 191 characters (MySQL's key limit with four-byte characters). */
export const shortText = (name: string) => varchar(name, { length: 191 })
export const longText = (name: string) => text(name)
export const flag = (name: string) => boolean(name)
/** Milliseconds since 1970. */
export const epochMs = (name: string) => bigint(name, { mode: 'number' })
export const counter = (name: string) => bigint(name, { mode: 'number' })
export const small = (name: string) => integer(name)
export { foreignKey, index, primaryKey, uniqueIndex }
