import { useParams } from 'react-router'
import { graphql } from '../../data/gql/index.ts'
import { useRead } from '../../data/read.ts'
import { paths } from '../../paths.ts'
import { Page } from '../../shell/Page.tsx'
import { useProject } from '../../shell/project.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { RunsTable } from './RunsTable.tsx'

const document = graphql(`
  query RunsPage($project: String!, $experiment: ID!) {
    project(name: $project) {
      id
      experiment(id: $experiment) {
        id
        projectId
        name
        runCount
        lifecycleStage
        columns {
          metrics
          params
          tags
        }
      }
    }
  }
`)

export default function RunsPage() {
  const here = useProject()
  const { id = '' } = useParams()
  const { value, problem, retry } = useRead({ document, variables: { project: here.name, experiment: id }, select: (data) => data.project?.experiment, what: 'The experiment' })
  return (
    <Page crumbs={[{ text: here.name, to: paths.project(here.name) }, { text: 'Experiments', to: paths.experiments(here.name) }, { text: value?.name ?? id }]} flat>
      <h1 className="sr-only">Runs of {value?.name ?? id}</h1>
      {problem ? <ErrorState page problem={problem} onRetry={retry} /> : value ? <RunsTable key={id} experiment={value} onChanged={retry} /> : <Skeleton rows={12} label="Loading runs" />}
    </Page>
  )
}
