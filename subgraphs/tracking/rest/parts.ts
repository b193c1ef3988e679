/** Small parts of MLflow's messages that several endpoints share. */
import { invalid } from '#shared/errors.ts'
import { text } from '#shared/rest/mlflow-message.ts'
import type { LifecycleView } from '#tracking/domain/experiment.ts'

/** Accepted as `run_uuid` as well: the name of the field before MLflow 1.0. */
export const runId = text.alias('run_uuid').required()

const views = { ACTIVE_ONLY: 'ACTIVE', DELETED_ONLY: 'DELETED', ALL: 'ALL' } as const satisfies Record<string, LifecycleView>
export const lifecycleView = (view: keyof typeof views | undefined): LifecycleView => (view ? views[view] : 'ACTIVE')

/** A time in ms: int64 on the wire; beyond a double's exact integers it is no time. */
export function time(value: number | bigint | undefined, name: string): number | undefined {
  if (typeof value === 'bigint') throw invalid(`Invalid value ${value} for parameter '${name}' supplied.`, name)
  return value
}
