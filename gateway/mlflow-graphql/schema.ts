/**
 * The few queries that MLflow's web page sends to /graphql, as a schema of their own (mlflow-api.md 7.4). Field names are
 * those of the REST answers in camelCase, so nothing needs a resolver but what is a call of its own.
 */
import { buildSchema, type GraphQLSchema, GraphQLScalarType } from 'graphql'

const sdl = /* GraphQL */ `
  directive @component(name: String!) on QUERY | MUTATION
  "A 64-bit integer, as text."
  scalar LongString

  type Query {
    mlflowGetExperiment(input: MlflowGetExperimentInput): MlflowGetExperimentResponse
    mlflowGetRun(input: MlflowGetRunInput): MlflowGetRunResponse
    mlflowListArtifacts(input: MlflowListArtifactsInput): MlflowListArtifactsResponse
    mlflowGetMetricHistoryBulkInterval(input: MlflowGetMetricHistoryBulkIntervalInput): MlflowGetMetricHistoryBulkIntervalResponse
    mlflowSearchModelVersions(input: MlflowSearchModelVersionsInput): MlflowSearchModelVersionsResponse
  }
  "They only read; MLflow has them here because they are POST in its REST."
  type Mutation {
    mlflowSearchRuns(input: MlflowSearchRunsInput): MlflowSearchRunsResponse
    mlflowSearchDatasets(input: MlflowSearchDatasetsInput): MlflowSearchDatasetsResponse
  }

  enum MlflowRunStatus { RUNNING SCHEDULED FINISHED FAILED KILLED }
  enum MlflowModelVersionStatus { PENDING_REGISTRATION FAILED_REGISTRATION READY }
  enum MlflowViewType { ACTIVE_ONLY DELETED_ONLY ALL }

  input MlflowGetExperimentInput { experimentId: String }
  input MlflowGetRunInput { runId: String runUuid: String }
  input MlflowListArtifactsInput { runId: String runUuid: String path: String pageToken: String }
  input MlflowGetMetricHistoryBulkIntervalInput { runIds: [String] metricKey: String startStep: Int endStep: Int maxResults: Int }
  input MlflowSearchModelVersionsInput { filter: String maxResults: LongString orderBy: [String] pageToken: String }
  input MlflowSearchRunsInput { experimentIds: [String] filter: String runViewType: MlflowViewType maxResults: Int orderBy: [String] pageToken: String }
  input MlflowSearchDatasetsInput { experimentIds: [String] }

  "Always null: errors stand in the list of errors."
  type ApiError { code: String message: String }
  type MlflowGetExperimentResponse { experiment: MlflowExperiment apiError: ApiError }
  type MlflowGetRunResponse { run: MlflowRunExtension apiError: ApiError }
  type MlflowListArtifactsResponse { rootUri: String files: [MlflowFileInfo!] nextPageToken: String apiError: ApiError }
  type MlflowGetMetricHistoryBulkIntervalResponse { metrics: [MlflowMetricWithRunId!] apiError: ApiError }
  type MlflowSearchModelVersionsResponse { modelVersions: [MlflowModelVersion!] nextPageToken: String apiError: ApiError }
  type MlflowSearchRunsResponse { runs: [MlflowRunExtension!] nextPageToken: String apiError: ApiError }
  type MlflowSearchDatasetsResponse { datasetSummaries: [MlflowDatasetSummary!] apiError: ApiError }

  type MlflowExperiment {
    experimentId: String name: String artifactLocation: String lifecycleStage: String
    lastUpdateTime: LongString creationTime: LongString tags: [MlflowExperimentTag!]
  }
  type MlflowRunExtension {
    info: MlflowRunInfo data: MlflowRunData inputs: MlflowRunInputs outputs: MlflowRunOutputs
    experiment: MlflowExperiment modelVersions: [MlflowModelVersion!]
  }
  type MlflowRunInfo {
    runId: String runUuid: String runName: String experimentId: String userId: String status: MlflowRunStatus
    startTime: LongString endTime: LongString artifactUri: String lifecycleStage: String
  }
  type MlflowRunData { metrics: [MlflowMetric!] params: [MlflowParam!] tags: [MlflowRunTag!] }
  type MlflowRunInputs { datasetInputs: [MlflowDatasetInput!] }
  type MlflowRunOutputs { modelOutputs: [MlflowModelOutput!] }
  type MlflowMetric {
    key: String value: Float timestamp: LongString step: LongString
    datasetName: String datasetDigest: String modelId: String runId: String
  }
  type MlflowMetricWithRunId { key: String value: Float timestamp: LongString step: LongString runId: String }
  type MlflowParam { key: String value: String }
  type MlflowRunTag { key: String value: String }
  type MlflowExperimentTag { key: String value: String }
  type MlflowInputTag { key: String value: String }
  type MlflowModelVersionTag { key: String value: String }
  type MlflowDatasetInput { tags: [MlflowInputTag!] dataset: MlflowDataset }
  type MlflowDataset { name: String digest: String sourceType: String source: String schema: String profile: String }
  type MlflowDatasetSummary { experimentId: String name: String digest: String context: String }
  type MlflowModelOutput { modelId: String step: LongString }
  type MlflowFileInfo { path: String isDir: Boolean fileSize: LongString }
  type MlflowModelVersion {
    name: String version: String creationTimestamp: LongString lastUpdatedTimestamp: LongString userId: String
    currentStage: String description: String source: String runId: String status: MlflowModelVersionStatus
    statusMessage: String tags: [MlflowModelVersionTag!] runLink: String aliases: [String]
  }
`

function build(): GraphQLSchema {
  const schema = buildSchema(sdl)
  const long = schema.getType('LongString')
  if (long instanceof GraphQLScalarType) long.serialize = String
  return schema
}
export const mlflowSchema = build()
