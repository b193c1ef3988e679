import { type Cache, cacheExchange, type Data } from '@urql/exchange-graphcache'

/** Entities are unique by (projectId, id); documents always select both. A row without them is part of its parent. */
const entityKey = ({ projectId, id }: Data): string | null => (typeof projectId === 'string' && typeof id === 'string' ? `${projectId}:${id}` : null)
const idKey = ({ id }: Data): string | null => (typeof id === 'string' ? id : null)
/** Values without an identity of their own: they live inside the field that returned them. */
const embedded = (): null => null

const entities = ['Experiment', 'Run', 'LoggedModel', 'RegisteredModel', 'ModelVersion', 'Dataset', 'DatasetVersion']
const identified = ['Me', 'User', 'Project', 'Token']
const values = [
  'Artifact',
  'DatasetColumn',
  'DatasetInput',
  'DatasetPreview',
  'Dependency',
  'Member',
  'Metric',
  'MetricHistory',
  'ModelAlias',
  'PageInfo',
  'Param',
  'Platform',
  'RunColumns',
  'Service',
  'Tag',
]
const connections = ['Dataset', 'DatasetVersion', 'Experiment', 'Member', 'ModelVersion', 'Project', 'RegisteredModel', 'Run', 'User'].map((name) => `${name}Connection`)

const table = <T>(names: readonly string[], key: T): Record<string, T> => Object.fromEntries(names.map((name) => [name, key]))

export const normalisedCache = () =>
  cacheExchange({
    keys: { ...table(entities, entityKey), ...table(identified, idKey), ...table([...values, ...connections], embedded) },
    updates: {
      Mutation: {
        // A new or vanished row changes lists under any filter and order: drop the lists, keep the rows.
        createExperiment: (_result, _args, cache) => invalidate(cache, 'experiments'),
        setMember: (_result, _args, cache) => invalidate(cache, 'members'),
        removeMember: (_result, _args, cache) => invalidate(cache, 'members'),
        createProject: (_result, _args, cache) => cache.invalidate('Query', 'projects'),
      },
    },
  })

/** Forgets a list field of every project in the cache. */
function invalidate(cache: Cache, field: string): void {
  for (const root of cache.inspectFields('Query')) {
    if (root.fieldName !== 'project') continue
    const project = cache.resolve('Query', root.fieldKey)
    if (typeof project !== 'string') continue
    for (const one of cache.inspectFields(project)) if (one.fieldName === field) cache.invalidate(project, one.fieldKey)
  }
}
