/** Puts traces, assessments, evaluation datasets and scorers together. subsystem.ts wires them to the core. */
import type { Route } from '#shared/rest/route.ts'
import { withAjaxTwins } from '#shared/rest/route.ts'
import { createAssessments, type Assessments } from '#tracking/domain/assessments.ts'
import { createEvaluationDatasets, type EvaluationDatasets } from '#tracking/domain/evaluation-datasets.ts'
import { createScorers, type Scorers } from '#tracking/domain/scorers.ts'
import { createTraces, traceFinder, type TraceCore, type Traces } from '#tracking/domain/traces.ts'
import { assessmentRoutes } from '#tracking/rest/assessments.routes.ts'
import { evaluationDatasetRoutes } from '#tracking/rest/evaluation-datasets.routes.ts'
import { otlpRoutes } from '#tracking/rest/otlp.routes.ts'
import { scorerRoutes } from '#tracking/rest/scorers.routes.ts'
import { traceRoutes } from '#tracking/rest/traces.routes.ts'
import { traceV2Routes } from '#tracking/rest/traces-v2.routes.ts'
import { createEvaluationDatasetStore } from '#tracking/store/evaluation-dataset-store.ts'
import type { Projects } from '#tracking/store/project-statements.ts'
import { createScorerStore } from '#tracking/store/scorer-store.ts'
import { createAssessmentStore } from '#tracking/store/trace-assessment-store.ts'
import { createTraceStore } from '#tracking/store/trace-store.ts'

export interface TracePart {
  readonly services: { readonly traces: Traces; readonly assessments: Assessments; readonly evaluationDatasets: EvaluationDatasets; readonly scorers: Scorers }
  readonly routes: Route[]
}

export function createTracePart(projects: Projects, core: TraceCore): TracePart {
  const traceStore = createTraceStore(projects)
  const traces = createTraces({ store: traceStore, core })
  const assessments = createAssessments({ store: createAssessmentStore(projects), findTrace: traceFinder(traceStore) })
  const evaluationDatasets = createEvaluationDatasets({ store: createEvaluationDatasetStore(projects), core })
  const scorers = createScorers({ store: createScorerStore(projects), core })
  return {
    services: { traces, assessments, evaluationDatasets, scorers },
    routes: withAjaxTwins([
      ...traceRoutes(traces),
      ...traceV2Routes(traces),
      ...assessmentRoutes(assessments),
      ...otlpRoutes(traces),
      ...evaluationDatasetRoutes(evaluationDatasets),
      ...scorerRoutes(scorers),
    ]),
  }
}
