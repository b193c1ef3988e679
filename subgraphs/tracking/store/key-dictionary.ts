/**
 * The names of metrics, params and tags as small integers, one dictionary per experiment. Rows are never changed or
 * removed while their experiment lives, so what was read once stays true: the cache needs no invalidation.
 */
import type { Statements } from '#tracking/store/project-statements.ts'

export const keyKinds = { metric: 1, param: 2, tag: 3 } as const
export type KeyKind = keyof typeof keyKinds

export interface KeyName {
  readonly kind: KeyKind
  readonly name: string
}

export interface KeyDictionary {
  /** Ids of the names, made where they do not exist. */
  resolve(at: Statements, experimentKey: number, names: readonly KeyName[]): Promise<Map<string, number>>
  /** Ids of a name in several experiments; null where it was never used. */
  lookup(at: Statements, experimentKeys: readonly number[], name: KeyName): Promise<(number | null)[]>
  /** Names of metric keys by id. */
  names(at: Statements, ids: readonly number[]): Promise<Map<number, string>>
}

const MAX_CACHED = 500_000
export const keyOf = ({ kind, name }: KeyName): string => `${keyKinds[kind]}${name}`

const resolveText = `WITH want AS (SELECT DISTINCT k.kind, k.name COLLATE "C" AS name FROM unnest($3::smallint[], $4::text[]) k(kind, name)),
made AS (INSERT INTO key (project_id, experiment_id, kind, name)
  SELECT $1::int, $2::int, w.kind, w.name FROM want w
  WHERE NOT EXISTS (SELECT FROM key k WHERE k.experiment_id = $2 AND k.kind = w.kind AND k.name = w.name)
  ORDER BY w.kind, w.name ON CONFLICT (experiment_id, kind, name) DO NOTHING RETURNING key_id, kind, name)
SELECT key_id, kind, name FROM made UNION ALL
SELECT k.key_id, k.kind, k.name FROM key k JOIN want w ON w.kind = k.kind AND w.name = k.name WHERE k.experiment_id = $2 AND k.project_id = $1`

export function createKeyDictionary(): KeyDictionary {
  let ids = new Map<string, number>()
  let namesById = new Map<number, string>()
  const remember = (experimentKey: number, kind: number, name: string, id: number): void => {
    if (ids.size >= MAX_CACHED) [ids, namesById] = [new Map(), new Map()]
    ids.set(`${experimentKey}/${kind}${name}`, id)
    namesById.set(id, name)
  }
  const known = (experimentKey: number, name: KeyName): number | undefined => ids.get(`${experimentKey}/${keyOf(name)}`)

  return {
    async resolve(at, experimentKey, names) {
      const found = new Map<string, number>()
      let missing = names
      // A name that another transaction makes meanwhile is in neither part of the statement: ask again for what is missing.
      for (let round = 0; ; round++) {
        const unknown = missing.filter((name) => {
          const id = known(experimentKey, name)
          if (id !== undefined) found.set(keyOf(name), id)
          return id === undefined
        })
        if (unknown.length === 0) return found
        if (round > 10) throw new Error('a key could not be made')
        const rows = await at.query<{ key_id: number; kind: number; name: string }>({
          name: 'keys.resolve',
          text: resolveText,
          values: [at.projectId, experimentKey, unknown.map(({ kind }) => keyKinds[kind]), unknown.map(({ name }) => name)],
        })
        for (const row of rows) {
          remember(experimentKey, row.kind, row.name, row.key_id)
          found.set(`${row.kind}${row.name}`, row.key_id)
        }
        missing = unknown.filter((name) => !found.has(keyOf(name)))
      }
    },
    async lookup(at, experimentKeys, name) {
      const unknown = experimentKeys.filter((key) => known(key, name) === undefined)
      if (unknown.length > 0) {
        const rows = await at.query<{ key_id: number; experiment_id: number }>({
          name: 'keys.lookup',
          text: 'SELECT key_id, experiment_id FROM key WHERE project_id = $1 AND experiment_id = ANY ($2::int[]) AND kind = $3::smallint AND name = $4',
          values: [at.projectId, unknown, keyKinds[name.kind], name.name],
        })
        for (const row of rows) remember(row.experiment_id, keyKinds[name.kind], name.name, row.key_id)
      }
      return experimentKeys.map((key) => known(key, name) ?? null)
    },
    async names(at, wanted) {
      const unknown = [...new Set(wanted.filter((id) => !namesById.has(id)))]
      if (unknown.length > 0) {
        const rows = await at.query<{ key_id: number; experiment_id: number; kind: number; name: string }>({
          name: 'keys.names',
          text: 'SELECT key_id, experiment_id, kind, name FROM key WHERE project_id = $1 AND key_id = ANY ($2::int[])',
          values: [at.projectId, unknown],
        })
        for (const row of rows) remember(row.experiment_id, row.kind, row.name, row.key_id)
      }
      return new Map(wanted.flatMap((id) => (namesById.has(id) ? [[id, namesById.get(id) ?? ''] as const] : [])))
    },
  }
}
