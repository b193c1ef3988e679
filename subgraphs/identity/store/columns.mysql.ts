/** The column kit of MySQL and MariaDB: the same names as columns.pg.ts. Databases stand for schemas. */
import { bigint, boolean, foreignKey, index, int, mysqlSchema, primaryKey, text, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'

const auth = mysqlSchema('auth')
const own = mysqlSchema('identity')

export const authTable = auth.table
export const ownTable = own.table
export const id = (name: string) => varchar(name, { length: 64 })
export const shortText = (name: string) => varchar(name, { length: 191 })
export const longText = (name: string) => text(name)
export const flag = (name: string) => boolean(name)
export const epochMs = (name: string) => bigint(name, { mode: 'number' })
export const counter = (name: string) => bigint(name, { mode: 'number' })
export const small = (name: string) => int(name)
export { foreignKey, index, primaryKey, uniqueIndex }
