/** The object types of datasets in the graph. Their values are the domain's own; what differs is a field resolver (resolvers.ts). */
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql'
import { PageInfo } from '#shared/graphql/page-types.ts'
import { Json, Long, Timestamp } from '#shared/graphql/scalars.ts'
import type { Dataset, DatasetVersion } from '#datasets/domain/dataset.ts'

@ObjectType('User', { description: 'A person, by id; identity knows the rest.' })
@Directive('@key(fields: "id", resolvable: false)')
export class UserType {
  @Field(() => ID)
  id!: string
}

@ObjectType('Tag', { description: 'A key and a value that people attach.' })
@Directive('@shareable')
export class TagType {
  @Field(() => String)
  key!: string

  @Field(() => String)
  value!: string
}

@ObjectType('DatasetColumn', { description: 'A column of a dataset version.' })
export class DatasetColumnType {
  @Field(() => String)
  name!: string

  @Field(() => String, { description: "The type in DuckDB's words, e.g. BIGINT, VARCHAR, STRUCT(a BIGINT)." })
  type!: string

  @Field(() => Boolean, { description: 'Whether a value is missing in some row; for Arrow, whether the schema allows it.' })
  nullable!: boolean
}

@ObjectType('DatasetPreview', { description: 'A page of rows of a dataset version.' })
export class DatasetPreviewType {
  @Field(() => [String])
  columns!: readonly string[]

  @Field(() => Json, {
    description: 'A list of rows, each a list of cells in the order of the columns. Whole numbers beyond 2^53 and decimals are text; long text is cut and ends with "…". Empty for Arrow files.',
  })
  rows!: readonly (readonly unknown[])[]
}

@ObjectType('DatasetVersion', { description: 'One state of a dataset: immutable bytes, told apart by their hash.' })
@Directive('@key(fields: "projectId id")')
export class DatasetVersionType {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  projectId!: string

  @Field(() => String)
  datasetName!: string

  @Field(() => Int, { description: 'Counts from 1 and is never given twice.' })
  version!: number

  @Field(() => String, { description: 'SHA-256 of the file, lower-case hex.' })
  sha256!: string

  @Field(() => Long)
  sizeBytes!: number

  @Field(() => Long, { nullable: true })
  rowCount!: number | null

  @Field(() => String, { description: 'csv, tsv, jsonl, parquet or arrow.' })
  format!: string

  @Field(() => String, { description: 'The name that the file was sent with.' })
  fileName!: string

  @Field(() => Timestamp)
  createdAt!: number

  @Field(() => String, { nullable: true, description: 'What the uploader said about this version.' })
  message!: string | null

  @Field(() => [DatasetColumnType])
  columns!: readonly DatasetColumnType[]
}

@ObjectType('DatasetVersionConnection')
export class DatasetVersionConnection {
  @Field(() => [DatasetVersionType])
  nodes!: readonly DatasetVersion[]

  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType('Dataset', { description: 'A named file of a project with its versions.' })
@Directive('@key(fields: "projectId id")')
export class DatasetType {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  projectId!: string

  @Field(() => String, { description: 'Unique in the project: the normalised name of the first file.' })
  name!: string

  @Field(() => String)
  description!: string

  @Field(() => Timestamp)
  createdAt!: number

  @Field(() => Timestamp)
  updatedAt!: number

  @Field(() => [TagType])
  tags!: readonly TagType[]
}

@ObjectType('DatasetConnection')
export class DatasetConnection {
  @Field(() => [DatasetType])
  nodes!: readonly Dataset[]

  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType('Project', { description: 'A project, here with its datasets.' })
@Directive('@key(fields: "id")')
export class ProjectType {
  @Field(() => ID)
  id!: string
}
