/** The registry's things as MLflow writes them (entities/model_registry/*.py, to_proto): unset fields and empty lists are left out. */
import type { ModelVersion, RegisteredModel, Tag } from '#registry/domain/model.ts'

const some = <K extends string, T>(key: K, list: readonly T[]): Partial<Record<K, readonly T[]>> => (list.length > 0 ? ({ [key]: list } as Record<K, readonly T[]>) : {}) // one computed key: its type is K
const tagsOf = (tags: readonly Tag[]) => some('tags', tags)

export const versionAnswer = (version: ModelVersion): object => ({
  name: version.modelName,
  version: String(version.version),
  creation_timestamp: version.createdAt,
  last_updated_timestamp: version.updatedAt,
  current_stage: version.stage,
  ...(version.description === null ? {} : { description: version.description }),
  source: version.source,
  run_id: version.runId ?? '',
  status: version.status,
  ...tagsOf(version.tags),
  run_link: version.runLink,
  ...some('aliases', version.aliases),
})

/** `latest`: the latest versions of any models; those of this one are picked. */
export const modelAnswer = (model: RegisteredModel, latest: readonly ModelVersion[]): object => ({
  name: model.name,
  creation_timestamp: model.createdAt,
  last_updated_timestamp: model.updatedAt,
  ...(model.description ? { description: model.description } : {}),
  ...some('latest_versions', latest.filter((version) => version.modelId === model.id).map(versionAnswer)),
  ...tagsOf(model.tags),
  ...some(
    'aliases',
    model.aliases.map(({ alias, version }) => ({ alias, version: String(version) })),
  ),
})

export const pageAnswer = <T>(key: string, items: readonly T[], nextToken: string | undefined): object => ({ ...some(key, items), ...(nextToken === undefined ? {} : { next_page_token: nextToken }) })
