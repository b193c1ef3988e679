import { lazy, Suspense, useEffect, useState } from 'react'
import { useSearchParams } from 'react-router'
import { graphql } from '../../data/gql/index.ts'
import { useRead } from '../../data/read.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Segments } from '../../ui/Segments.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { bestAxis } from './chartData.ts'

const MetricChart = lazy(() => import('./MetricChart.tsx'))

const document = graphql(`
  query RunCharts($project: String!, $run: ID!, $keys: [String!]!) {
    project(name: $project) {
      id
      run(id: $run) {
        id
        projectId
        history(keys: $keys, maxPoints: 500) {
          key
          points
          series
        }
      }
    }
  }
`)

const axes = [
  ['auto', 'Auto'],
  ['step', 'Step'],
  ['time', 'Time'],
] as const

/** More charts than this wait for a press: each is a history of up to 500 points. */
const atFirst = 8

/** One small chart for each metric with more than one point. `live` changes when the run was read again. */
export function RunCharts({ project, run, keys, live }: { project: string; run: string; keys: readonly string[]; live: number }) {
  const [params, setParams] = useSearchParams()
  const [all, setAll] = useState(false)
  const shown = all ? keys : keys.slice(0, atFirst)
  const axis = axes.find(([one]) => one === params.get('x'))?.[0] ?? 'auto'
  const { value, loading, problem, retry } = useRead({
    document,
    variables: { project, run, keys: [...shown] },
    select: (data) => data.project?.run?.history,
    what: 'Charts',
    pause: keys.length === 0,
  })
  useEffect(() => {
    if (live > 0) retry()
  }, [live, retry])
  if (keys.length === 0) return null
  const choose = (next: string): void =>
    setParams(
      (old) => {
        old.set('x', next)
        return old
      },
      { replace: true },
    )
  const actions = (
    <>
      {shown.length < keys.length && (
        <Button small onClick={() => setAll(true)}>
          Show all {keys.length}
        </Button>
      )}
      <Segments label="Horizontal axis" options={axes} value={axis} onChange={choose} />
    </>
  )
  return (
    <Panel title="Charts" note={keys.length} actions={actions}>
      {problem && <ErrorState problem={problem} onRetry={retry} />}
      {loading && <Skeleton label="Loading charts" />}
      <div className="charts">
        <Suspense fallback={<Skeleton label="Loading charts" />}>
          {value?.map((history) => (
            <MetricChart key={history.key} name={history.key} points={history.points} series={history.series} axis={axis === 'auto' ? bestAxis(history.series) : axis} />
          ))}
        </Suspense>
      </div>
    </Panel>
  )
}
