import { useState } from 'react'
import { Link, useNavigate, useOutletContext } from 'react-router'
import { graphql } from '../../data/gql/index.ts'
import type { ProjectsPageQuery } from '../../data/gql/graphql.ts'
import { usePages } from '../../data/pages.ts'
import type { SessionUser } from '../../data/session.ts'
import { paths } from '../../paths.ts'
import { Page } from '../../shell/Page.tsx'
import { None, Time } from '../../ui/bits.tsx'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { NewProject } from './NewProject.tsx'

const document = graphql(`
  query ProjectsPage($after: String) {
    projects(first: 50, after: $after) {
      nodes {
        id
        name
        title
        description
        createdAt
        viewerRole
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`)

type Row = ProjectsPageQuery['projects']['nodes'][number]

const columns: readonly Column<Row>[] = [
  {
    id: 'name',
    header: 'Project',
    width: '--w-name',
    cell: ({ name }) => (
      <Link to={paths.project(name)} className="m">
        {name}
      </Link>
    ),
  },
  { id: 'title', header: 'Title', width: '--w-name', cell: ({ title }) => title },
  { id: 'description', header: 'Description', cell: ({ description }) => (description ? <span className="dim">{description}</span> : <None />), hover: ({ description }) => description ?? undefined },
  { id: 'role', header: 'Your role', width: '--w-word', cell: ({ viewerRole }) => (viewerRole ? viewerRole.toLowerCase() : <None word="administrator" />) },
  { id: 'created', header: 'Created', width: '--w-date', align: 'num', cell: ({ createdAt }) => <Time at={createdAt} /> },
]

export default function ProjectsPage() {
  const user = useOutletContext<SessionUser>()
  const navigate = useNavigate()
  const [creating, setCreating] = useState(false)
  const list = usePages({ document, variables: {}, select: (data) => data.projects, what: 'Projects' })
  const create = (
    <Button kind="pri" icon="plus" onClick={() => setCreating(true)} disabledReason={user.isAdmin ? undefined : 'Needs right platform.project.create. An administrator can open a project.'}>
      New project
    </Button>
  )
  return (
    <Page crumbs={[{ text: 'Projects' }]} title={<h1>Projects</h1>} actions={create}>
      <div className="pad">
        <section className="panel" aria-label="Projects" aria-busy={list.busy}>
          <Table
            label="Projects"
            columns={columns}
            rows={list.rows}
            rowKey={(row) => row.id}
            loading={list.loading}
            problem={list.problem}
            onRetry={list.reload}
            onEnd={list.more}
            onOpen={(row) => void navigate(paths.project(row.name))}
            dense="relaxed"
            empty={
              <EmptyState title="No project is open to you">
                <p>{user.isAdmin ? 'Open the first one; its name becomes part of every address.' : 'An administrator or the owner of a project can add you.'}</p>
              </EmptyState>
            }
          />
        </section>
      </div>
      <NewProject open={creating} onClose={() => setCreating(false)} onDone={(name) => void navigate(paths.project(name))} />
    </Page>
  )
}
