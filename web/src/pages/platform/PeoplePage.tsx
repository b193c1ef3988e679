import { useState } from 'react'
import { useOutletContext } from 'react-router'
import { useMutation } from 'urql'
import { graphql } from '../../data/gql/index.ts'
import type { PeoplePageQuery } from '../../data/gql/graphql.ts'
import { usePages } from '../../data/pages.ts'
import { problemOf } from '../../data/problem.ts'
import type { SessionUser } from '../../data/session.ts'
import { Page } from '../../shell/Page.tsx'
import { Avatar } from '../../ui/bits.tsx'
import { Button } from '../../ui/Button.tsx'
import { Confirm } from '../../ui/Confirm.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Menu, MenuHead, MenuItem } from '../../ui/Menu.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { say } from '../../ui/Toast.tsx'
import { NewPassword, NewPerson } from './PasswordDialogs.tsx'

const document = graphql(`
  query PeoplePage($after: String) {
    platform {
      users(first: 50, after: $after) {
        nodes {
          id
          username
          displayName
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  }
`)

const updateUser = graphql(`
  mutation PeoplePageUpdate($input: UpdateUserInput!) {
    updateUser(input: $input) {
      user {
        id
      }
    }
  }
`)

type Row = PeoplePageQuery['platform']['users']['nodes'][number]
type Act = 'password' | 'deactivate' | 'activate'
type Open = { readonly what: 'new' } | { readonly what: Act; readonly username: string }

const columnsWith = (me: string, onAct: (what: Act, username: string) => void): readonly Column<Row>[] => [
  {
    id: 'user',
    header: 'User name',
    width: '--w-name',
    cell: ({ username }) => (
      <span className="row">
        <Avatar name={username} small />
        <span className="m ell">{username}</span>
        {username === me && <span className="chip">you</span>}
      </span>
    ),
    hover: ({ username }) => username,
  },
  { id: 'name', header: 'Name', width: '--w-cell', cell: ({ displayName }) => <span className="dim">{displayName}</span>, hover: ({ displayName }) => displayName },
  {
    id: 'Actions',
    header: '',
    width: '--w-wide',
    align: 'num',
    cell: ({ username }) => <Actions username={username} mine={username === me} onAct={onAct} />,
  },
]

/** The graph does not say whose account is active, so both ways are offered; repeating one changes nothing. */
function Actions({ username, mine, onAct }: { username: string; mine: boolean; onAct: (what: Act, username: string) => void }) {
  return (
    <span className="row end">
      <Button
        small
        icon="token"
        aria-label={`Set a new password for ${username}`}
        disabledReason={mine ? 'Your own password is yours to change; another administrator can set it.' : undefined}
        onClick={() => onAct('password', username)}
      >
        Set password
      </Button>
      <Menu
        label={`Access of ${username}`}
        align="end"
        trigger={
          <Button small icon="chevronDown" aria-label={`Access of ${username}`}>
            Access
          </Button>
        }
      >
        <MenuHead>Access of {username}</MenuHead>
        <MenuItem icon="lock" onSelect={() => onAct('deactivate', username)}>
          Deactivate
        </MenuItem>
        <MenuItem icon="undo" onSelect={() => onAct('activate', username)}>
          Let in again
        </MenuItem>
      </Menu>
    </span>
  )
}

/** For administrators; the server refuses everybody else. */
export default function PeoplePage() {
  const me = useOutletContext<SessionUser>()
  const list = usePages({ document, variables: {}, select: (data) => data.platform.users, what: 'People' })
  const [open, setOpen] = useState<Open>()
  const close = (): void => setOpen(undefined)
  return (
    <Page
      crumbs={[{ text: 'People' }]}
      title={<h1>People</h1>}
      facts={<span className="dim">Everybody with an account on this installation. What they reach is decided in each project.</span>}
      actions={
        <Button kind="pri" icon="plus" disabledReason={me.isAdmin ? undefined : 'Needs right platform.user.create. An administrator makes accounts.'} onClick={() => setOpen({ what: 'new' })}>
          New person
        </Button>
      }
    >
      <div className="pad fill">
        <section className="panel list" aria-label="People" aria-busy={list.busy}>
          <Table
            label="People"
            columns={columnsWith(me.username, (what, username) => setOpen({ what, username }))}
            rows={list.rows}
            rowKey={({ id }) => id}
            loading={list.loading}
            problem={list.problem}
            onRetry={list.reload}
            onEnd={list.more}
            dense="relaxed"
            empty={<EmptyState title="Nobody has an account yet" />}
          />
        </section>
      </div>
      {open?.what === 'new' && <NewPerson onDone={list.reload} onClose={close} />}
      {open?.what === 'password' && <NewPassword username={open.username} onClose={close} />}
      {(open?.what === 'deactivate' || open?.what === 'activate') && <Access username={open.username} active={open.what === 'activate'} onClose={close} />}
    </Page>
  )
}

function Access({ username, active, onClose }: { username: string; active: boolean; onClose: () => void }) {
  const [{ fetching, error }, update] = useMutation(updateUser)
  const confirm = async (): Promise<void> => {
    const { error: refused } = await update({ input: { username, active } })
    if (refused) return
    say(active ? `${username} can sign in again.` : `${username} is deactivated.`)
    onClose()
  }
  return (
    <Confirm
      title={active ? `Let ${username} in again?` : `Deactivate ${username}?`}
      description={active ? 'The account works as before, with the roles it had. Tokens that were revoked stay so.' : 'Every session and token of theirs ends at once. What they made stays.'}
      action={active ? `Let ${username} in` : `Deactivate ${username}`}
      busy={fetching}
      problem={error && problemOf(error, 'The account')}
      onConfirm={() => void confirm()}
      onClose={onClose}
    />
  )
}
