/** The tables of datasets, in the schema of that name (the connection's search_path). Times are epoch ms. */
import { sql } from 'drizzle-orm'
import { bigint, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { Column } from '#datasets/domain/dataset.ts'
import type { Format } from '#datasets/domain/format.ts'

const epochMs = (name: string) => bigint(name, { mode: 'number' })

export const dataset = pgTable(
  'dataset',
  {
    id: uuid('id').primaryKey(),
    projectId: uuid('project_id').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    ownerId: text('owner_id').notNull(),
    createdAt: epochMs('created_at').notNull(),
    updatedAt: epochMs('updated_at').notNull(),
    /** The counter that version numbers come from: never max + 1, so a number is never given twice. */
    lastVersion: integer('last_version').notNull().default(0),
    deletedAt: epochMs('deleted_at'),
    deletedBy: text('deleted_by'),
  },
  (t) => [
    uniqueIndex('dataset_live_name').on(t.projectId, sql`${t.name} COLLATE "C"`).where(sql`${t.deletedAt} IS NULL`),
    // Children carry the project too; this is what their foreign keys name.
    unique('dataset_project_id').on(t.projectId, t.id),
  ],
)

export const datasetTag = pgTable(
  'dataset_tag',
  {
    projectId: uuid('project_id').notNull(),
    datasetId: uuid('dataset_id').notNull(),
    key: text('key').notNull(),
    value: text('value').notNull(),
  },
  (t) => [primaryKey({ columns: [t.datasetId, t.key] }), foreignKey({ columns: [t.projectId, t.datasetId], foreignColumns: [dataset.projectId, dataset.id] }).onDelete('cascade')],
)

export const datasetVersion = pgTable(
  'dataset_version',
  {
    id: uuid('id').primaryKey(),
    projectId: uuid('project_id').notNull(),
    datasetId: uuid('dataset_id').notNull(),
    version: integer('version').notNull(),
    sha256: text('sha256').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    rowCount: bigint('row_count', { mode: 'number' }).notNull(),
    format: text('format').$type<Format>().notNull(),
    fileName: text('file_name').notNull(),
    objectKey: text('object_key').notNull(),
    message: text('message'),
    columns: jsonb('columns').$type<readonly Column[]>().notNull(),
    /** JSON as text: cells may hold characters that jsonb refuses. */
    sample: text('sample').notNull(),
    createdAt: epochMs('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (t) => [
    unique('dataset_version_number').on(t.datasetId, t.version),
    unique('dataset_version_bytes').on(t.datasetId, t.sha256),
    index('dataset_version_object').on(t.objectKey),
    foreignKey({ columns: [t.projectId, t.datasetId], foreignColumns: [dataset.projectId, dataset.id] }).onDelete('cascade'),
  ],
)

/** Objects that are being written: a row lives from before the bytes until the version's row commits. */
export const announcedObject = pgTable(
  'announced_object',
  {
    id: uuid('id').primaryKey(),
    projectId: uuid('project_id').notNull(),
    objectKey: text('object_key').notNull(),
    createdAt: epochMs('created_at').notNull(),
  },
  (t) => [index('announced_object_key').on(t.objectKey)],
)
