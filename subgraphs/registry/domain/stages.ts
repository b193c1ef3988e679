/**
 * The stages of MLflow's registry (mlflow/entities/model_registry/model_version_stages.py): any case comes in, the
 * canonical spelling goes out. A row says what a stage means; nothing else in the registry names one.
 */
import { invalid } from '#shared/errors.ts'

const table = {
  None: { active: false },
  Staging: { active: true },
  Production: { active: true },
  Archived: { active: false },
} as const satisfies Record<string, { /** Somebody relies on what stands here: entering may archive the others. */ active: boolean }>

export type Stage = keyof typeof table
export const stages = Object.keys(table) as Stage[] // keys of the literal above: the cast only names them
export const firstStage: Stage = 'None'
export const retiredStage: Stage = 'Archived'
export const isActiveStage = (stage: Stage): boolean => table[stage].active

export function canonicalStage(text: string): Stage {
  const stage = stages.find((s) => s.toLowerCase() === text.toLowerCase())
  if (!stage) throw invalid(`Invalid Model Version stage: ${text}. Value must be one of ${stages.join(', ')}.`, 'stage')
  return stage
}

/** Refuses to archive what stands in a stage that nobody relies on, with MLflow's sentence. */
export function demandArchivable(asGiven: string): void {
  if (isActiveStage(canonicalStage(asGiven))) return
  const active = stages.filter(isActiveStage).map((s) => `'${s}'`)
  throw invalid(`Model version transition cannot archive existing model versions because '${asGiven}' is not an Active stage. Valid stages are [${active.join(', ')}]`, 'stage')
}
