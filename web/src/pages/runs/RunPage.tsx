import { useEffect, useState } from 'react'
import { useParams } from 'react-router'
import { graphql, readFragment } from '../../data/gql/index.ts'
import { useRead } from '../../data/read.ts'
import { middle } from '../../format/numbers.ts'
import { clock, duration } from '../../format/time.ts'
import { paths } from '../../paths.ts'
import { Page } from '../../shell/Page.tsx'
import { useProject } from '../../shell/project.ts'
import { Avatar, RunStatusSign, Time } from '../../ui/bits.tsx'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { Artifacts } from './Artifacts.tsx'
import { RunCharts } from './RunCharts.tsx'
import { RunInputs, runInputs } from './RunInputs.tsx'
import { RunMetrics, runMetrics } from './RunMetrics.tsx'
import { RunModelVersions } from './RunModelVersions.tsx'
import { starter } from './starter.ts'
import { WordsPanel } from './WordsPanel.tsx'

const document = graphql(`
  query RunPage($project: String!, $run: ID!) {
    project(name: $project) {
      id
      run(id: $run) {
        id
        projectId
        experimentId
        name
        status
        startTime
        endTime
        lifecycleStage
        artifactUri
        userName
        owner {
          id
          username
        }
        experiment {
          id
          projectId
          name
        }
        params {
          key
          value
        }
        tags {
          key
          value
        }
        ...RunMetrics_Run
        ...RunInputs_Run
      }
    }
  }
`)

const pollWhileRunning = 5_000
const commitTag = 'mlflow.source.git.commit'
const sourceTag = 'mlflow.source.name'

export default function RunPage() {
  const here = useProject()
  const { id = '' } = useParams()
  const { value: run, problem, partial, retry } = useRead({ document, variables: { project: here.name, run: id }, select: (data) => data.project?.run, what: 'The run' })
  const running = run?.status === 'RUNNING'
  const [asOf, setAsOf] = useState(Date.now)
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => {
      retry()
      setAsOf(Date.now())
    }, pollWhileRunning)
    return () => clearInterval(timer)
  }, [running, retry])

  const crumbs = [
    { text: here.name, to: paths.project(here.name) },
    { text: 'Experiments', to: paths.experiments(here.name) },
    ...(run ? [{ text: run.experiment?.name ?? run.experimentId, to: paths.experiment(here.name, run.experimentId) }] : []),
    { text: run?.name ?? middle(id) },
  ]
  if (!run) {
    return (
      <Page crumbs={crumbs} flat>
        {problem ? <ErrorState page problem={problem} onRetry={retry} /> : <Skeleton rows={10} label="Loading the run" />}
      </Page>
    )
  }
  const tag = (key: string): string | undefined => run.tags.find((one) => one.key === key)?.value
  const [commit, source] = [tag(commitTag), tag(sourceTag)]
  const { metrics } = readFragment(runMetrics, run)
  return (
    <Page
      crumbs={crumbs}
      title={
        <>
          <h1>{run.name}</h1>
          <span className={`chip ${chipOf(run.status)}`}>
            <RunStatusSign status={run.status} words />
          </span>
          {run.lifecycleStage === 'DELETED' && <span className="chip warn">in the trash</span>}
          <span className="dim sm">
            {run.endTime ? (
              duration(run.endTime - run.startTime)
            ) : (
              <>
                started <Time at={run.startTime} words />
              </>
            )}
          </span>
        </>
      }
      facts={
        <>
          <span>
            <Avatar name={starter(run)} small /> {starter(run)}
          </span>
          <span>
            <Icon name="clock" size="s" /> <Time at={run.startTime} words />
          </span>
          {source && (
            <span title={source}>
              <Icon name="fileCode" size="s" /> <span className="mono">{source}</span>
            </span>
          )}
          {commit && (
            <span title={commit}>
              <Icon name="branch" size="s" /> <span className="mono">{commit.slice(0, 7)}</span>
            </span>
          )}
          <span className="mono" title={run.id}>
            run {middle(run.id, 8)} <CopyButton text={run.id} label="Copy run id" />
          </span>
        </>
      }
      live={
        running && (
          <span className="live" role="status" title="Read again every 5 s while the run goes on">
            <span className="dot stream" />
            Live <span className="muted">as of {clock(asOf)}</span>
          </span>
        )
      }
    >
      <div className="pad rg">
        <div className="stack">
          <RunMetrics run={run} />
          <WordsPanel title="Params" rows={run.params} empty="No params were logged." />
          <WordsPanel title="Tags" rows={run.tags} empty="No tags were set." />
        </div>
        <div className="stack">
          <RunCharts project={here.name} run={run.id} keys={metrics.filter(({ count }) => Number(count) > 1).map(({ key }) => key)} live={running ? asOf : 0} />
          <Artifacts project={here.name} run={run.id} artifactUri={run.artifactUri} />
          <div className="halves">
            <RunInputs run={readFragment(runInputs, run)} project={here.name} partial={partial} onRetry={retry} />
            <RunModelVersions project={here.name} run={run.id} />
          </div>
        </div>
      </div>
    </Page>
  )
}

const chipOf = (status: string): string => ({ RUNNING: 'acc', FINISHED: 'ok', FAILED: 'bad' })[status] ?? ''
