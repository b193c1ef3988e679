/** From a parsed search to SQL. Values are always parameters; words of the statement come from the tables below. */
import { and, type SQL, sql } from 'drizzle-orm'
import type { Condition, Search, Sort, SortColumn } from '#registry/domain/filter.ts'
import { promptTag } from '#registry/domain/model.ts'
import type { Visible } from '#registry/domain/visibility.ts'

export interface SearchedTable {
  /** The columns as the statement spells them. */
  readonly columns: Readonly<Record<'name' | 'runId' | 'source' | 'version' | 'createdAt' | 'updatedAt', SQL>>
  readonly modelId: SQL
  /** EXISTS (a tag of the row such that …). */
  readonly hasTag: (condition: SQL) => SQL
}

const m = (column: string): SQL => sql.raw(`registered_model.${column}`)
const v = (column: string): SQL => sql.raw(`model_version.${column}`)
const modelTag = (condition: SQL): SQL =>
  sql`EXISTS (SELECT FROM registry.registered_model_tag t WHERE t.project_id = registered_model.project_id AND t.model_id = registered_model.id AND ${condition})`
const versionTag = (condition: SQL): SQL => sql`EXISTS (SELECT FROM registry.model_version_tag t WHERE t.project_id = model_version.project_id AND t.version_id = model_version.id AND ${condition})`

/** Models have no runs, sources or versions of their own; their grammar never asks for them. */
export const searchedModels: SearchedTable = {
  columns: { name: m('name'), createdAt: m('created_at'), updatedAt: m('updated_at'), runId: sql`NULL`, source: sql`NULL`, version: sql`NULL` },
  modelId: m('id'),
  hasTag: modelTag,
}
export const searchedVersions: SearchedTable = {
  columns: { name: m('name'), createdAt: v('created_at'), updatedAt: v('updated_at'), runId: v('run_id'), source: v('source'), version: v('version') },
  modelId: m('id'),
  hasTag: versionTag,
}

// Backslashes are letters in MLflow's patterns, not escapes.
const compare: Readonly<Record<'=' | '!=' | 'LIKE' | 'ILIKE', (left: SQL, value: string) => SQL>> = {
  '=': (left, value) => sql`${left} = ${value}`,
  '!=': (left, value) => sql`${left} <> ${value}`,
  LIKE: (left, value) => sql`${left} LIKE ${value} ESCAPE ''`,
  ILIKE: (left, value) => sql`${left} ILIKE ${value} ESCAPE ''`,
}
const compareNumber = { '=': sql`=`, '!=': sql`<>`, '<': sql`<`, '<=': sql`<=`, '>': sql`>`, '>=': sql`>=` } as const

const condition = (table: SearchedTable, c: Condition): SQL => {
  switch (c.on) {
    case 'text':
      return compare[c.comparator](table.columns[c.column], c.value)
    case 'list': {
      const found = sql`${table.columns[c.column]} = ANY(${sql.param(c.values)}::text[])`
      return c.comparator === 'IN' ? found : sql`NOT (${found})`
    }
    case 'number':
      return sql`${table.columns.version}::numeric ${compareNumber[c.comparator]} ${c.value}::numeric`
    case 'tag':
      return table.hasTag(sql`t.key = ${c.key} AND ${compare[c.comparator](sql`t.value`, c.value)}`)
  }
}

/** Prompts are left out unless asked for: a model by its own tag, a version also by that of its model. */
const kindOf = (table: SearchedTable, prompts: boolean): SQL | undefined => {
  if (prompts) return undefined
  const says = sql`t.key = ${promptTag} AND lower(t.value) = 'true'`
  return table === searchedModels ? sql`NOT ${modelTag(says)}` : sql`NOT ${modelTag(says)} AND NOT ${versionTag(says)}`
}

export const visibleIn = (modelId: SQL, { all, only, except }: Visible): SQL | undefined =>
  and(all ? undefined : sql`${modelId} = ANY(${sql.param(only)}::uuid[])`, except.length === 0 ? undefined : sql`${modelId} <> ALL(${sql.param(except)}::uuid[])`)

export const whereOf = (table: SearchedTable, { conditions, prompts }: Search, visible: Visible): SQL | undefined =>
  and(kindOf(table, prompts), visibleIn(table.modelId, visible), ...conditions.map((c) => condition(table, c)))

const collated: ReadonlySet<SortColumn> = new Set(['name'])
/** Names sort by code point wherever the database stands. */
export const orderOf = (table: SearchedTable, sorts: readonly Sort[]): SQL[] =>
  sorts.map(({ column, ascending }) => sql`${table.columns[column]}${collated.has(column) ? sql` COLLATE "C"` : sql``} ${ascending ? sql`ASC` : sql`DESC`}`)
