import { useState } from 'react'
import { useNavigate, useOutletContext } from 'react-router'
import { type Client, useClient, useMutation } from 'urql'
import { graphql } from '../../data/gql/index.ts'
import type { MembersPageQuery, Role } from '../../data/gql/graphql.ts'
import { usePages } from '../../data/pages.ts'
import { problemOf } from '../../data/problem.ts'
import type { SessionUser } from '../../data/session.ts'
import { paths } from '../../paths.ts'
import { Page } from '../../shell/Page.tsx'
import { missingRight, useProject } from '../../shell/project.ts'
import { Avatar, Time } from '../../ui/bits.tsx'
import { Button } from '../../ui/Button.tsx'
import { Confirm } from '../../ui/Confirm.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { say } from '../../ui/Toast.tsx'
import { AddMember } from './AddMember.tsx'
import { RoleMenu, setMember } from './RoleMenu.tsx'
import { roleWord } from './roles.ts'

const document = graphql(`
  query MembersPage($project: String!, $after: String) {
    project(name: $project) {
      id
      members(first: 50, after: $after) {
        nodes {
          role
          since
          user {
            id
            username
            displayName
          }
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  }
`)

const myRights = graphql(`
  query MembersPageRights($project: String!) {
    project(name: $project) {
      id
      viewerRole
      viewerCan
    }
  }
`)

const removeMember = graphql(`
  mutation MembersPageRemove($input: RemoveMemberInput!) {
    removeMember(input: $input) {
      ok
    }
  }
`)

type Row = NonNullable<MembersPageQuery['project']>['members']['nodes'][number]

const tries = 6
const pause = 300

/** A read may rest on rights that are a second old: ask until the own new role shows, or that there is none, so that what is shown next follows it. */
async function untilMine(client: Client, project: string, role: Role | undefined): Promise<void> {
  for (let i = 0; i < tries; i++) {
    const { data, error } = await client.query(myRights, { project }, { requestPolicy: 'network-only' }).toPromise()
    const now = error ? undefined : (data?.project?.viewerRole ?? undefined)
    if (now === role) return
    await new Promise((done) => setTimeout(done, pause))
  }
}

interface Acts {
  readonly me: string
  readonly reason: string | undefined
  readonly onRole: (row: Row, role: Role) => void
  readonly onRemove: (row: Row) => void
}

const columnsWith = ({ me, reason, onRole, onRemove }: Acts): readonly Column<Row>[] => [
  {
    id: 'user',
    header: 'User name',
    width: '--w-name',
    cell: ({ user }) => (
      <span className="row">
        <Avatar name={user.username} small />
        <span className="m ell">{user.username}</span>
        {user.username === me && <span className="chip">you</span>}
      </span>
    ),
    hover: ({ user }) => user.username,
  },
  { id: 'name', header: 'Name', width: '--w-cell', cell: ({ user }) => <span className="dim">{user.displayName}</span>, hover: ({ user }) => user.displayName },
  { id: 'role', header: 'Role', width: '--w-word', cell: (row) => <RoleMenu username={row.user.username} role={row.role} reason={reason} onChoose={(role) => onRole(row, role)} /> },
  { id: 'since', header: 'Since', width: '--w-date', align: 'num', cell: ({ since }) => <Time at={since} /> },
  {
    id: 'Remove',
    header: '',
    width: '--w-num',
    align: 'num',
    cell: (row) => (
      <Button small kind="danger" aria-label={`Remove ${row.user.username}`} disabledReason={reason} onClick={() => onRemove(row)}>
        Remove
      </Button>
    ),
  },
]

export default function MembersPage() {
  const here = useProject()
  const me = useOutletContext<SessionUser>()
  const client = useClient()
  const list = usePages({ document, variables: { project: here.name }, select: (data) => data.project?.members, what: 'Members' })
  const [, change] = useMutation(setMember)
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<Row>()
  const reason = missingRight(here, 'identity.member.update')
  const onRole = async ({ user, role: before }: Row, role: Role, back = true): Promise<void> => {
    const { error } = await change({ input: { project: here.name, username: user.username, role } })
    const mine = user.id === me.id
    const undo = back && !mine ? () => void onRole({ user, role, since: 0 }, before, false) : undefined
    if (error) say(problemOf(error, 'The role').detail, 'alert')
    else say(`${user.username} is ${roleWord(role)} now.`, 'check', undo)
    list.reload()
    if (!error && mine) await untilMine(client, here.name, role)
  }
  return (
    <Page
      crumbs={[{ text: here.name, to: paths.project(here.name) }, { text: 'Members' }]}
      title={<h1>Members</h1>}
      facts={
        reason && (
          <span className="dim">
            <Icon name="lock" size="s" />
            {reason}
          </span>
        )
      }
      actions={
        <Button kind="pri" icon="plus" disabledReason={reason} onClick={() => setAdding(true)}>
          Add member
        </Button>
      }
    >
      <div className="pad fill">
        <section className="panel list" aria-label="Members" aria-busy={list.busy}>
          <Table
            label="Members"
            columns={columnsWith({ me: me.username, reason, onRole: (row, role) => void onRole(row, role), onRemove: setRemoving })}
            rows={list.rows}
            rowKey={({ user }) => user.id}
            loading={list.loading}
            problem={list.problem}
            onRetry={list.reload}
            onEnd={list.more}
            dense="relaxed"
            empty={
              <EmptyState title="Nobody works here yet">
                <p>Only administrators reach this project. Add its owner first.</p>
              </EmptyState>
            }
          />
        </section>
      </div>
      {adding && <AddMember members={list.rows} onDone={list.reload} onClose={() => setAdding(false)} />}
      {removing && <Remove row={removing} mine={removing.user.id === me.id} onDone={list.reload} onClose={() => setRemoving(undefined)} />}
    </Page>
  )
}

function Remove({ row, mine, onDone, onClose }: { row: Row; mine: boolean; onDone: () => void; onClose: () => void }) {
  const here = useProject()
  const navigate = useNavigate()
  const client = useClient()
  const [{ fetching, error }, remove] = useMutation(removeMember)
  const [leaving, setLeaving] = useState(false)
  const busy = fetching || leaving
  const { username } = row.user
  const confirm = async (): Promise<void> => {
    if (busy) return
    const { error: refused } = await remove({ input: { project: here.name, username } })
    if (refused) return
    if (mine) {
      setLeaving(true)
      await untilMine(client, here.name, undefined)
    }
    say(`${username} works in ${here.name} no more.`)
    if (mine) return void navigate(paths.projects())
    onDone()
    onClose()
  }
  return (
    <Confirm
      title={mine ? `Leave ${here.name}?` : `Remove ${username} from ${here.name}?`}
      description={`${mine ? 'You lose' : `${username} loses`} the role ${roleWord(row.role)} at once, tokens included. Runs and other things stay with their maker's name.`}
      action={mine ? `Leave ${here.name}` : `Remove ${username}`}
      busy={busy}
      problem={error && problemOf(error, 'The member')}
      onConfirm={() => void confirm()}
      onClose={onClose}
    />
  )
}
