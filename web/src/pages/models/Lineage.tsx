import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { graphql } from '../../data/gql/index.ts'
import { useRead } from '../../data/read.ts'
import { bytes, counted } from '../../format/numbers.ts'
import { paths } from '../../paths.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Gate } from '../../ui/Gate.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { starter } from '../runs/starter.ts'
import type { IconName } from '../../ui/icons.tsx'
import type { Version } from './VersionsTable.tsx'

const document = graphql(`
  query Lineage($project: String!, $run: ID!) {
    project(name: $project) {
      id
      run(id: $run) {
        id
        projectId
        name
        userName
        owner {
          id
          username
        }
        status
        inputs {
          name
          datasetVersion {
            id
            projectId
            datasetName
            version
            rowCount
            sizeBytes
          }
        }
      }
    }
  }
`)

/** Where the version comes from: dataset, run, version, with the gate open where the link is known. */
export function Lineage({ project, model, version }: { project: string; model: string; version: Version }) {
  const { value: run, problem, retry } = useRead({ document, variables: { project, run: version.run?.id ?? '' }, select: (data) => data.project?.run, what: 'The source run', pause: !version.run })
  const data = run?.inputs.find(({ datasetVersion }) => datasetVersion)?.datasetVersion
  const unlinked = run?.inputs[0]?.name
  return (
    <section className="strip" aria-label={`Lineage of v${version.version}`}>
      {problem ? (
        <ErrorState problem={problem} onRetry={retry} />
      ) : (
        <>
          <Stop
            icon="dataset"
            kind="Dataset"
            to={data ? paths.dataset(project, data.datasetName, data.version) : undefined}
            title={data ? `${data.datasetName} v${data.version}` : (unlinked ?? 'none linked')}
            note={data ? [data.rowCount != null && counted(data.rowCount, 'row'), bytes(data.sizeBytes)].filter(Boolean).join(', ') : unlinked ? 'not of this installation' : 'no dataset input'}
          />
          <Passage open={data !== undefined && data !== null} />
          <Stop
            icon="flask"
            kind="Run"
            to={version.run ? paths.run(project, version.run.id) : undefined}
            title={version.run?.name ?? 'none linked'}
            note={run ? `${starter(run)}, ${run.status.toLowerCase()}` : 'no source run'}
          />
          <Passage open={version.run !== null} />
          <Stop icon="model" kind="Version" title={`${model} v${version.version}`} note={version.description || version.status.toLowerCase()} on />
        </>
      )}
    </section>
  )
}

function Stop({ icon, kind, title, note, to, on }: { icon: IconName; kind: string; title: string; note: ReactNode; to?: string; on?: boolean }) {
  const inside = (
    <>
      <span className="k">
        <Icon name={icon} size="s" />
        {kind}
      </span>
      <span className="t ell">{title}</span>
      <span className="u2 ell">{note}</span>
    </>
  )
  return to ? (
    <Link className="ln" to={to}>
      {inside}
    </Link>
  ) : (
    <span className={`ln ${on ? 'on' : ''}`}>{inside}</span>
  )
}

const Passage = ({ open }: { open: boolean }) => (
  <span className={`lk ${open ? 'open' : ''}`} aria-hidden="true">
    <span className="w" />
    <Gate state={open ? 'open' : 'off'} />
    <span className="w" />
  </span>
)
