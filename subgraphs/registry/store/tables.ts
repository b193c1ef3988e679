/**
 * Tables of schema `registry`. Every row carries its project, and children reference (project_id, id) together, so that
 * no row can hang below a thing of another project.
 */
import { sql } from 'drizzle-orm'
import { bigint, check, foreignKey, index, integer, pgSchema, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'

export const registry = pgSchema('registry')

const ms = (name: string) => bigint(name, { mode: 'number' })

export const registeredModel = registry.table(
  'registered_model',
  {
    id: uuid('id').primaryKey(),
    projectId: uuid('project_id').notNull(),
    name: text('name').notNull(),
    // Digest of what the name looks like: two names that look alike cannot both be inserted, whoever is first.
    skeleton: text('skeleton').notNull(),
    description: text('description'),
    ownerId: text('owner_id').notNull(),
    // The counter of version numbers: taken by UPDATE … RETURNING, so numbers are unique and never come back.
    nextVersion: integer('next_version').notNull().default(1),
    createdAt: ms('created_at').notNull(),
    updatedAt: ms('updated_at').notNull(),
  },
  (t) => [
    unique('registered_model_in_project').on(t.projectId, t.id),
    unique('registered_model_name').on(t.projectId, t.name),
    unique('registered_model_skeleton').on(t.projectId, t.skeleton),
    index('registered_model_updated').on(t.projectId, t.updatedAt),
  ],
)

export const registeredModelTag = registry.table(
  'registered_model_tag',
  { projectId: uuid('project_id').notNull(), modelId: uuid('model_id').notNull(), key: text('key').notNull(), value: text('value').notNull() },
  (t) => [
    primaryKey({ columns: [t.modelId, t.key] }),
    foreignKey({ name: 'registered_model_tag_model', columns: [t.projectId, t.modelId], foreignColumns: [registeredModel.projectId, registeredModel.id] }).onDelete('cascade'),
  ],
)

export const modelVersion = registry.table(
  'model_version',
  {
    id: uuid('id').primaryKey(),
    projectId: uuid('project_id').notNull(),
    modelId: uuid('model_id').notNull(),
    version: integer('version').notNull(),
    status: text('status').notNull(),
    stage: text('stage').notNull(),
    source: text('source').notNull(),
    artifactUri: text('artifact_uri'),
    runId: text('run_id'),
    runLink: text('run_link').notNull().default(''),
    loggedModelId: text('logged_model_id'),
    description: text('description'),
    createdBy: text('created_by').notNull(),
    createdAt: ms('created_at').notNull(),
    updatedAt: ms('updated_at').notNull(),
    // Digest of the request that wants this version, until its answer has been given: a repeated request finds it.
    intentKey: text('intent_key'),
    // Until when somebody is working on a PENDING version; afterwards anybody may go on with it.
    claimedUntil: ms('claimed_until').notNull().default(0),
  },
  (t) => [
    unique('model_version_in_project').on(t.projectId, t.id),
    unique('model_version_number').on(t.modelId, t.version),
    index('model_version_run').on(t.projectId, t.runId).where(sql`${t.runId} IS NOT NULL`),
    index('model_version_updated').on(t.projectId, t.updatedAt),
    index('model_version_pending').on(t.claimedUntil).where(sql`${t.status} = 'PENDING_REGISTRATION'`),
    index('model_version_intent').on(t.projectId, t.intentKey).where(sql`${t.intentKey} IS NOT NULL`),
    foreignKey({ name: 'model_version_model', columns: [t.projectId, t.modelId], foreignColumns: [registeredModel.projectId, registeredModel.id] }).onDelete('cascade'),
    check('model_version_status', sql`${t.status} IN ('PENDING_REGISTRATION', 'READY', 'FAILED_REGISTRATION')`),
    check('model_version_stage', sql`${t.stage} IN ('None', 'Staging', 'Production', 'Archived')`),
  ],
)

export const modelVersionTag = registry.table(
  'model_version_tag',
  { projectId: uuid('project_id').notNull(), versionId: uuid('version_id').notNull(), key: text('key').notNull(), value: text('value').notNull() },
  (t) => [
    primaryKey({ columns: [t.versionId, t.key] }),
    foreignKey({ name: 'model_version_tag_version', columns: [t.projectId, t.versionId], foreignColumns: [modelVersion.projectId, modelVersion.id] }).onDelete('cascade'),
  ],
)

export const modelAlias = registry.table(
  'model_alias',
  { projectId: uuid('project_id').notNull(), modelId: uuid('model_id').notNull(), alias: text('alias').notNull(), version: integer('version').notNull() },
  (t) => [
    primaryKey({ columns: [t.modelId, t.alias] }),
    index('model_alias_version').on(t.modelId, t.version),
    foreignKey({ name: 'model_alias_model', columns: [t.projectId, t.modelId], foreignColumns: [registeredModel.projectId, registeredModel.id] }).onDelete('cascade'),
    foreignKey({ name: 'model_alias_number', columns: [t.modelId, t.version], foreignColumns: [modelVersion.modelId, modelVersion.version] }).onDelete('cascade'),
  ],
)
