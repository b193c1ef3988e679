import { Link } from 'react-router'
import { graphql } from '../../data/gql/index.ts'
import type { VersionsTable_ModelVersionFragment } from '../../data/gql/graphql.ts'
import type { Problem } from '../../data/problem.ts'
import { paths } from '../../paths.ts'
import { None, Time } from '../../ui/bits.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { Aliases, stageLook } from './signs.tsx'

export const modelVersion = graphql(`
  fragment VersionsTable_ModelVersion on ModelVersion {
    id
    projectId
    version
    stage
    status
    source
    description
    createdAt
    aliases
    createdBy {
      id
      username
    }
    run {
      id
      projectId
      name
    }
  }
`)

export type Version = VersionsTable_ModelVersionFragment

interface Props {
  readonly project: string
  readonly versions: readonly Version[]
  readonly chosen: number | undefined
  readonly busy: boolean
  /** Source runs or people could not be read; the versions could. */
  readonly partial: Problem | undefined
  readonly more: boolean
  readonly onRetry: () => void
  readonly onChoose: (version: number) => void
}

export function VersionsTable({ project, versions, chosen, busy, partial, more, onRetry, onChoose }: Props) {
  const unread = partial ? 'not read' : undefined
  const columns: readonly Column<Version>[] = [
    {
      id: 'version',
      header: 'Version',
      width: '--w-num',
      cell: ({ version }) => (
        <button type="button" className="m pick" aria-pressed={version === chosen} onClick={() => onChoose(version)}>
          v{version}
        </button>
      ),
    },
    { id: 'aliases', header: 'Aliases', width: '--w-name', cell: ({ aliases }) => <Aliases aliases={aliases.map((alias) => ({ alias }))} /> },
    { id: 'stage', header: 'Stage', width: '--w-word', cell: ({ stage }) => (stage === 'None' ? <None /> : <span className={`chip ${stageLook(stage)}`}>{stage}</span>) },
    { id: 'status', header: 'Status', width: '--w-word', cell: ({ status }) => <span className={status === 'READY' ? 'dim' : 'warn'}>{status.toLowerCase().replaceAll('_', ' ')}</span> },
    {
      id: 'run',
      header: 'Source run',
      width: '--w-name',
      cell: ({ run }) =>
        run ? (
          <Link className="link" to={paths.run(project, run.id)}>
            {run.name}
          </Link>
        ) : (
          <None word={unread} />
        ),
    },
    { id: 'source', header: 'Source', mono: true, cell: ({ source }) => <span className="dim">{source}</span>, hover: ({ source }) => source },
    { id: 'by', header: 'Registered by', width: '--w-num', cell: ({ createdBy }) => (createdBy ? createdBy.username : <None word={unread ?? 'unknown'} />) },
    { id: 'created', header: 'Registered', width: '--w-date', align: 'num', cell: ({ createdAt }) => <Time at={createdAt} /> },
  ]
  return (
    <Panel title="Versions" note={`${versions.length}${more ? ', newest first; older ones are not shown' : ''}`} busy={busy} className="list tall">
      {partial && <ErrorState problem={partial} onRetry={onRetry} />}
      <Table label="Versions" columns={columns} rows={versions} rowKey={({ id }) => id} empty={<EmptyState compact title="No version is registered yet" />} />
    </Panel>
  )
}
