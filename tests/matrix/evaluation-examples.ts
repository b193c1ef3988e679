/** Requests about evaluation datasets and scorers, for rest-examples.ts. */
import type { Place, RestExample, Sent } from './rest-examples.ts'
import type { Kind, Things } from './things.ts'

const row = <K extends Kind = never>(takes: readonly K[], send: (things: Pick<Things, K>, place: Place) => Sent, more: Pick<RestExample, 'answers'> = {}): RestExample => ({ takes, send, ...more })

/** One record whose inputs nobody used before. */
export const newRecords = (name: string) => ({ records: JSON.stringify([{ inputs: { question: name }, expectations: { answer: 'a' } }]) })
export const newScorer = (experiment: string, name: string) => ({ experiment_id: experiment, name, serialized_scorer: '{"name": "judge"}' })

const datasets = '/api/3.0/mlflow/datasets'
const scorers = '/api/3.0/mlflow/scorers'
type Dataset = Pick<Things, 'evaluationDataset'>
const ofDataset = (json?: (things: Dataset, place: Place) => object, path: Readonly<Record<string, string>> = {}): RestExample =>
  row(['evaluationDataset'], (things, place) => ({ path: { dataset_id: things.evaluationDataset.id, ...path }, ...(json ? { json: json(things, place) } : {}) }))
const named = row(['scorer'], ({ scorer }) => ({
  query: [
    ['experiment_id', scorer.experiment],
    ['name', scorer.name],
  ],
}))

export const evaluationExamples: Readonly<Record<string, RestExample>> = {
  [`POST ${datasets}/create`]: row(['experiment'], ({ experiment }, { fresh }) => ({ json: { name: fresh, experiment_ids: [experiment.id] } })),
  [`GET ${datasets}/search`]: row(['experiment'], ({ experiment }) => ({ query: [['experiment_ids', experiment.id]] })),
  [`POST ${datasets}/search`]: row(['experiment'], ({ experiment }) => ({ json: { experiment_ids: [experiment.id] } })),
  [`GET ${datasets}/:dataset_id`]: ofDataset(),
  [`DELETE ${datasets}/:dataset_id`]: ofDataset(),
  [`PATCH ${datasets}/:dataset_id/tags`]: ofDataset(() => ({ tags: '{"new": "v"}' })),
  [`DELETE ${datasets}/:dataset_id/tags/:key`]: ofDataset(undefined, { key: 'k' }),
  [`GET ${datasets}/:dataset_id/experiment-ids`]: ofDataset(),
  [`POST ${datasets}/:dataset_id/add-experiments`]: ofDataset(() => ({ experiment_ids: ['0'] })),
  [`POST ${datasets}/:dataset_id/remove-experiments`]: ofDataset(() => ({ experiment_ids: ['0'] })),
  [`POST ${datasets}/:dataset_id/records`]: ofDataset((_, { fresh }) => newRecords(fresh)),
  [`GET ${datasets}/:dataset_id/records`]: ofDataset(),
  [`DELETE ${datasets}/:dataset_id/records`]: ofDataset(({ evaluationDataset }) => ({ dataset_record_ids: [evaluationDataset.record] })),

  [`POST ${scorers}/register`]: row(['experiment'], ({ experiment }, { fresh }) => ({ json: newScorer(experiment.id, fresh) })),
  [`GET ${scorers}/list`]: row(['experiment'], ({ experiment }) => ({ query: [['experiment_id', experiment.id]] })),
  [`GET ${scorers}/versions`]: named,
  [`GET ${scorers}/get`]: named,
  [`DELETE ${scorers}/delete`]: row(['scorer'], ({ scorer }) => ({ json: { experiment_id: scorer.experiment, name: scorer.name } })),
  [`GET ${scorers}/online-configs`]: row([], () => ({ query: [['scorer_ids', 'x']] })),
  [`PUT ${scorers}/online-config`]: row([], () => ({ json: {} }), { answers: { status: 501, because: 'this server runs no scorers' } }),
}
