import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { graphql } from '../../data/gql/index.ts'
import { type Read, useRead } from '../../data/read.ts'
import { counted, whole } from '../../format/numbers.ts'
import { paths } from '../../paths.ts'
import { useProject } from '../../shell/project.ts'
import { Gate } from '../../ui/Gate.tsx'
import { Icon } from '../../ui/Icon.tsx'
import type { IconName } from '../../ui/icons.tsx'

const datasets = graphql(`
  query ChannelDatasets($project: String!) {
    project(name: $project) {
      id
      datasets(first: 200) {
        nodes {
          id
          projectId
          updatedAt
        }
        pageInfo {
          hasNextPage
        }
      }
    }
  }
`)

const runs = graphql(`
  query ChannelRuns($project: String!) {
    project(name: $project) {
      id
      experiments(first: 200) {
        nodes {
          id
          projectId
          runCount
        }
        pageInfo {
          hasNextPage
        }
      }
    }
  }
`)

const models = graphql(`
  query ChannelModels($project: String!) {
    project(name: $project) {
      id
      registeredModels(first: 200) {
        nodes {
          id
          projectId
          aliases {
            alias
          }
        }
        pageInfo {
          hasNextPage
        }
      }
    }
  }
`)

/** The project as a stream: data, runs, models. Each station asks its own service, so one that is down closes only itself. */
export function Channel() {
  const { name } = useProject()
  const variables = { project: name }
  const data = useRead({ document: datasets, variables, select: (d) => d.project?.datasets, what: 'Datasets' })
  const experiments = useRead({ document: runs, variables, select: (d) => d.project?.experiments, what: 'Experiments' })
  const registry = useRead({ document: models, variables, select: (d) => d.project?.registeredModels, what: 'Models' })
  const runCount = experiments.value?.nodes.reduce((sum, { runCount: count }) => sum + Number(count), 0)
  const aliases = registry.value?.nodes.reduce((sum, model) => sum + model.aliases.length, 0)
  const size = (list: { nodes: readonly unknown[]; pageInfo: { hasNextPage: boolean } } | undefined): number | undefined => list?.nodes.length
  return (
    <section className="chan" aria-label="Flow of the project">
      <Station
        icon="dataset"
        title="Datasets"
        to={paths.datasets(name)}
        read={data}
        count={size(data.value)}
        more={data.value?.pageInfo.hasNextPage}
        note={size(data.value) === 0 ? 'none uploaded' : 'ready to train on'}
      />
      <Passage flows={(size(data.value) ?? 0) > 0 && (runCount ?? 0) > 0} />
      <Station
        icon="flask"
        title="Runs"
        to={paths.experiments(name)}
        read={experiments}
        count={runCount}
        more={experiments.value?.pageInfo.hasNextPage}
        note={`in ${counted(size(experiments.value) ?? 0, 'experiment')}`}
      />
      <Passage flows={(runCount ?? 0) > 0 && (size(registry.value) ?? 0) > 0} />
      <Station
        icon="model"
        title="Models"
        to={paths.models(name)}
        read={registry}
        count={size(registry.value)}
        more={registry.value?.pageInfo.hasNextPage}
        note={counted(aliases ?? 0, 'alias', 'aliases')}
      />
    </section>
  )
}

function Station({ icon, title, to, read, count, more, note }: { icon: IconName; title: string; to: string; read: Read<unknown>; count: number | undefined; more?: boolean; note: ReactNode }) {
  return (
    <Link to={to} className="stn" aria-label={count === undefined ? title : `${title}: ${count}${more ? ' or more' : ''}`}>
      <span className="row">
        <Icon name={icon} />
        <span className="m">{title}</span>
      </span>
      {read.problem ? (
        <span className="sm bad" role="alert" title={read.problem.detail}>
          {read.problem.title}
        </span>
      ) : count === undefined ? (
        <span className="sk big" />
      ) : (
        <>
          <span className="big">
            {whole(count)}
            {more && '+'}
          </span>
          <span className="sm muted">{note}</span>
        </>
      )}
    </Link>
  )
}

const Passage = ({ flows }: { flows: boolean }) => (
  <span className="lk" aria-hidden="true">
    <Gate state={flows ? 'open' : 'off'} />
  </span>
)
