/** Experiments, runs and metrics in MLflow's JSON, and nothing else. */
import type { ProjectRef } from '#shared/actor.ts'
import type { Experiment } from '#tracking/domain/experiment.ts'
import type { MetricPoint } from '#tracking/domain/metric.ts'
import type { Run } from '#tracking/domain/run.ts'
import type { RunDataset } from '#tracking/domain/run-input.ts'

/** Lists that are empty do not appear (proto2 presence). */
export const listed = <T>(name: string, items: readonly T[]): Record<string, readonly T[]> => (items.length > 0 ? { [name]: items } : {})
export const paged = (nextToken: string | undefined): object => (nextToken === undefined ? {} : { next_page_token: nextToken })

const largest = Number.MAX_VALUE
/** NaN is a string, and infinities are the largest doubles: what MLflow's store makes of them. */
export const metricValue = (value: number): number | string => (Number.isNaN(value) ? 'NaN' : Math.min(Math.max(value, -largest), largest))

export const experimentWire = (project: ProjectRef, experiment: Experiment): object => ({
  experiment_id: experiment.id,
  name: experiment.name,
  artifact_location: experiment.artifactLocation,
  lifecycle_stage: experiment.active ? 'active' : 'deleted',
  last_update_time: experiment.updatedAt,
  creation_time: experiment.createdAt,
  ...listed('tags', experiment.tags),
  workspace: project.name,
})

export const pointWire = (key: string, { value, timestamp, step }: MetricPoint): object => ({ key, value: metricValue(value), timestamp, step })

export const runInfoWire = (run: Run): object => ({
  run_uuid: run.id,
  experiment_id: run.experimentId,
  run_name: run.name,
  user_id: run.userName,
  status: run.status,
  start_time: run.startTime,
  ...(run.endTime ? { end_time: run.endTime } : {}),
  artifact_uri: run.artifactUri,
  lifecycle_stage: run.active ? 'active' : 'deleted',
  run_id: run.id,
})

const datasetWire = (d: RunDataset): object => ({
  ...listed('tags', d.tags),
  dataset: {
    name: d.name,
    digest: d.digest,
    source_type: d.sourceType,
    source: d.source,
    ...(d.schema === undefined ? {} : { schema: d.schema }),
    ...(d.profile === undefined ? {} : { profile: d.profile }),
  },
})

const runDataWire = (run: Run): object => ({
  ...listed(
    'metrics',
    run.metrics.map((m) => pointWire(m.key, m)),
  ),
  ...listed('params', run.params),
  ...listed('tags', run.tags),
})

/** The answer to create: without outputs, as MLflow's. */
export const createdRunWire = (run: Run): object => ({
  info: runInfoWire(run),
  data: runDataWire(run),
  inputs: {
    ...listed('dataset_inputs', run.datasets.map(datasetWire)),
    ...listed(
      'model_inputs',
      run.inputModels.map((m) => ({ model_id: m.modelId })),
    ),
  },
})
export const runWire = (run: Run): object => ({
  ...createdRunWire(run),
  outputs: listed(
    'model_outputs',
    run.outputModels.map((m) => ({ model_id: m.modelId, step: m.step })),
  ),
})
