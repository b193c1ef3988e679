/** MLflow's endpoints of scorers. */
import { invalid, notImplemented } from '#shared/errors.ts'
import { int, list, message, missing, text } from '#shared/rest/mlflow-message.ts'
import { projectRoute, type Route } from '#shared/rest/route.ts'
import type { Scorers, ScorerVersion } from '#tracking/domain/scorers.ts'
import { listed } from '#tracking/rest/wire.ts'

const base = '/api/3.0/mlflow/scorers'
const family = 'mlflow'
const Register = message({ experiment_id: text.required(), name: text.required(), serialized_scorer: text.required() })
const List = message({ experiment_id: text, experiment_ids: list(text) })
const Named = message({ experiment_id: text.required(), name: text.required() })
const NamedVersion = message({ experiment_id: text.required(), name: text.required(), version: int })

const OnlineConfigs = message({ scorer_ids: list(text) })

const INT32_MAX = 2_147_483_647
/** The proto has an int32 for the experiment, which MLflow's client refuses to overflow: an id that is longer is left out. */
const experimentWire = (id: string): object => (Number(id) <= INT32_MAX ? { experiment_id: Number(id) } : {})
const scorerWire = (s: ScorerVersion): object => ({
  ...experimentWire(s.experimentId),
  scorer_name: s.name,
  scorer_version: s.version,
  serialized_scorer: s.serialized,
  creation_time: s.creationTime,
  scorer_id: s.scorerId,
})
/** Beyond an int32 there is no such version. */
const versionOf = (version: number | bigint | undefined): number | undefined => (version === undefined ? undefined : Math.min(Math.max(Number(version), 0), INT32_MAX))

/** Judges that the server itself runs over new traces: there are none here, and clients ask before they list scorers. */
const onlineRoutes: readonly Route[] = [
  projectRoute({
    method: 'GET',
    path: `${base}/online-configs`,
    family,
    summary: 'Which scorers the server runs by itself: none.',
    needs: 'tracking.scorer.read',
    input: OnlineConfigs.read,
    handle({ input }) {
      if (!input.scorer_ids?.length) throw missing('scorer_ids')
      return Promise.resolve({ configs: [] })
    },
  }),
  projectRoute({
    method: 'PUT',
    path: `${base}/online-config`,
    family,
    summary: 'Running a scorer on the server: left out, answers 501.',
    needs: 'tracking.scorer.update',
    handle: () => Promise.reject(notImplemented('Running scorers on the server')),
  }),
]

export const scorerRoutes = (scorers: Scorers): Route[] => [
  ...onlineRoutes,
  projectRoute({
    method: 'POST',
    path: `${base}/register`,
    family,
    summary: 'Registers a scorer, or its next version.',
    needs: 'tracking.scorer.create',
    input: Register.read,
    async handle({ scope, input }) {
      const s = await scorers.register(scope, { experimentId: input.experiment_id, name: input.name, serialized: input.serialized_scorer })
      return { version: s.version, scorer_id: s.scorerId, experiment_id: s.experimentId, name: s.name, serialized_scorer: s.serialized, creation_time: s.creationTime }
    },
  }),
  projectRoute({
    method: 'GET',
    path: `${base}/list`,
    family,
    summary: 'The newest version of each scorer, of one experiment, of several or of all.',
    needs: 'tracking.scorer.read',
    input: List.read,
    async handle({ scope, input }) {
      if (input.experiment_id && input.experiment_ids)
        throw invalid(
          "Cannot specify both 'experiment_id' and 'experiment_ids'. Use 'experiment_ids' to scope the query to multiple experiments, or 'experiment_id' to scope it to a single experiment.",
        )
      const found = input.experiment_id ? await scorers.listOf(scope, input.experiment_id) : await scorers.list(scope, input.experiment_ids)
      return listed('scorers', found.map(scorerWire))
    },
  }),
  projectRoute({
    method: 'GET',
    path: `${base}/versions`,
    family,
    summary: 'Every version of a scorer.',
    needs: 'tracking.scorer.read',
    input: Named.read,
    handle: async ({ scope, input }) => listed('scorers', (await scorers.versions(scope, input.experiment_id, input.name)).map(scorerWire)),
  }),
  projectRoute({
    method: 'GET',
    path: `${base}/get`,
    family,
    summary: 'One version of a scorer, by default the newest.',
    needs: 'tracking.scorer.read',
    input: NamedVersion.read,
    handle: async ({ scope, input }) => ({ scorer: scorerWire(await scorers.get(scope, input.experiment_id, input.name, versionOf(input.version))) }),
  }),
  projectRoute({
    method: 'DELETE',
    path: `${base}/delete`,
    family,
    summary: 'Deletes a version of a scorer, or all of them.',
    needs: 'tracking.scorer.delete',
    input: NamedVersion.read,
    async handle({ scope, input }) {
      await scorers.delete(scope, input.experiment_id, input.name, versionOf(input.version))
      return {}
    },
  }),
]
