/** The shapes that both stores read: one statement brings a thing together with its tags and aliases. */
import { and, eq, sql } from 'drizzle-orm'
import { DrizzleQueryError } from 'drizzle-orm/errors'
import { isConnectionFailure, type Postgres } from '#shared/db/postgres.ts'
import { unavailable } from '#shared/errors.ts'
import type { ModelAlias, Tag, VersionStatus } from '#registry/domain/model.ts'
import type { Stage } from '#registry/domain/stages.ts'
import { modelVersion, registeredModel } from '#registry/store/tables.ts'

const hasState = (error: unknown, state: string): boolean => error instanceof Error && 'code' in error && error.code === state
const MAX_ATTEMPTS = 3

/**
 * Runs a statement or transaction of drizzle: its wrapper is taken off errors, and a lost database is UNAVAILABLE. The
 * victim of a deadlock has changed nothing, so it simply comes again.
 */
export async function guarded<T>(work: () => Promise<T>, attempt = 1): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const cause = error instanceof DrizzleQueryError ? error.cause : error
    if (hasState(cause, '40P01') && attempt < MAX_ATTEMPTS) return guarded(work, attempt + 1)
    throw isConnectionFailure(cause) ? unavailable('registry', cause) : cause
  }
}

/** PostgreSQL's unique violation. */
export const isDuplicate = (error: unknown): boolean => hasState(error, '23505')

/** Writes below a parent row; false when the parent went away between looking and writing. */
export async function whileParentLives(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await guarded(write)
    return true
  } catch (error) {
    if (hasState(error, '23503')) return false
    throw error
  }
}

// Columns of the outer row are spelt out: drizzle leaves the table away where a statement has only one.
const tagsOf = (table: string, owner: string, row: string) =>
  sql.raw(
    `(SELECT coalesce(jsonb_agg(jsonb_build_object('key', t.key, 'value', t.value) ORDER BY t.key COLLATE "C"), '[]') FROM registry.${table} t WHERE t.project_id = ${row}.project_id AND t.${owner} = ${row}.id)`,
  )

export const modelFields = {
  id: registeredModel.id,
  projectId: registeredModel.projectId,
  name: registeredModel.name,
  description: registeredModel.description,
  ownerId: registeredModel.ownerId,
  createdAt: registeredModel.createdAt,
  updatedAt: registeredModel.updatedAt,
  tags: sql<Tag[]>`${tagsOf('registered_model_tag', 'model_id', 'registered_model')}`.as('tags'),
  aliases: sql<
    ModelAlias[]
  >`(SELECT coalesce(jsonb_agg(jsonb_build_object('alias', a.alias, 'version', a.version) ORDER BY a.alias COLLATE "C"), '[]') FROM registry.model_alias a WHERE a.project_id = registered_model.project_id AND a.model_id = registered_model.id)`.as(
    'aliases',
  ),
}

export const versionFields = {
  id: modelVersion.id,
  projectId: modelVersion.projectId,
  modelId: modelVersion.modelId,
  modelName: registeredModel.name,
  version: modelVersion.version,
  status: sql<VersionStatus>`model_version.status`.as('status'), // the CHECK of the table holds the type
  stage: sql<Stage>`model_version.stage`.as('stage'),
  source: modelVersion.source,
  artifactUri: modelVersion.artifactUri,
  runId: modelVersion.runId,
  runLink: modelVersion.runLink,
  loggedModelId: modelVersion.loggedModelId,
  description: modelVersion.description,
  createdBy: modelVersion.createdBy,
  createdAt: modelVersion.createdAt,
  updatedAt: modelVersion.updatedAt,
  tags: sql<Tag[]>`${tagsOf('model_version_tag', 'version_id', 'model_version')}`.as('tags'),
  aliases: sql<
    string[]
  >`(SELECT coalesce(jsonb_agg(a.alias ORDER BY a.alias COLLATE "C"), '[]') FROM registry.model_alias a WHERE a.project_id = model_version.project_id AND a.model_id = model_version.model_id AND a.version = model_version.version)`.as(
    'aliases',
  ),
}

/** Versions with the names of their models; every reader adds its WHERE. */
export const selectVersions = (db: Pick<Postgres['db'], 'select'>) =>
  db
    .select(versionFields)
    .from(modelVersion)
    .innerJoin(registeredModel, and(eq(registeredModel.projectId, modelVersion.projectId), eq(registeredModel.id, modelVersion.modelId)))
    .$dynamic()

export const versionRow = (projectId: string, versionId: string) => and(eq(modelVersion.projectId, projectId), eq(modelVersion.id, versionId))
export const modelRow = (projectId: string, modelId: string) => and(eq(registeredModel.projectId, projectId), eq(registeredModel.id, modelId))
