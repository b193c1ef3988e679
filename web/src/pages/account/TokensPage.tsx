import { useState } from 'react'
import { useOutletContext } from 'react-router'
import { useMutation } from 'urql'
import { graphql } from '../../data/gql/index.ts'
import type { TokensPageQuery } from '../../data/gql/graphql.ts'
import { problemOf } from '../../data/problem.ts'
import { useRead } from '../../data/read.ts'
import type { SessionUser } from '../../data/session.ts'
import { Page } from '../../shell/Page.tsx'
import { None, Time, Until } from '../../ui/bits.tsx'
import { Button } from '../../ui/Button.tsx'
import { Confirm } from '../../ui/Confirm.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { say } from '../../ui/Toast.tsx'
import { NewToken } from './NewToken.tsx'
import { carried, whyOf } from './permissions.ts'

const document = graphql(`
  query TokensPage {
    me {
      id
      tokens {
        id
        name
        prefix
        projects
        permissions
        createdAt
        expiresAt
        lastUsedAt
      }
    }
  }
`)

const revokeToken = graphql(`
  mutation TokensPageRevoke($input: RevokeTokenInput!) {
    revokeToken(input: $input) {
      ok
    }
  }
`)

type Token = NonNullable<TokensPageQuery['me']>['tokens'][number]

const columnsWith = (onShow: (token: Token) => void, onRevoke: (token: Token) => void): readonly Column<Token>[] => [
  { id: 'name', header: 'Name', width: '--w-name', cell: ({ name }) => <span className="m">{name}</span>, hover: ({ name }) => name },
  { id: 'prefix', header: 'Begins with', width: '--w-word', cell: ({ prefix }) => <span className="mono dim">{prefix}…</span> },
  { id: 'projects', header: 'Projects', width: '--w-cell', cell: ({ projects }) => <Projects names={projects} />, hover: ({ projects }) => projects?.join(', ') },
  {
    id: 'permissions',
    header: 'Permissions',
    width: '--w-name',
    cell: (token) =>
      token.permissions ? (
        <button type="button" className="link" aria-label={`Permissions of ${token.name}: ${carried(token.permissions)}`} onClick={() => onShow(token)}>
          {carried(token.permissions)}
        </button>
      ) : (
        carried(null)
      ),
  },
  { id: 'created', header: 'Created', width: '--w-date', align: 'num', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { id: 'used', header: 'Last used', width: '--w-date', align: 'num', cell: ({ lastUsedAt }) => (lastUsedAt ? <Time at={lastUsedAt} /> : <None word="never" />) },
  { id: 'expires', header: 'Expires', width: '--w-date', align: 'num', cell: ({ expiresAt }) => <Until at={expiresAt} /> },
  {
    id: 'Revoke',
    header: '',
    width: '--w-num',
    align: 'num',
    cell: (token) => (
      <Button small kind="danger" aria-label={`Revoke ${token.name}`} onClick={() => onRevoke(token)}>
        Revoke
      </Button>
    ),
  },
]

/** A project that its owner no longer sees has no name here. */
function Projects({ names }: { names: readonly string[] | null | undefined }) {
  if (!names) return 'all of mine'
  return names.length === 0 ? <None word="none you see" /> : names.join(', ')
}

type Open = { readonly what: 'new' } | { readonly what: 'permissions' | 'revoke'; readonly token: Token }

export default function TokensPage() {
  const user = useOutletContext<SessionUser>()
  const { value: tokens, loading, busy, problem, partial, retry } = useRead({ document, variables: {}, select: (data) => data.me?.tokens, what: 'Your tokens' })
  const [open, setOpen] = useState<Open>()
  const close = (): void => setOpen(undefined)
  const create = (
    <Button kind="pri" icon="plus" onClick={() => setOpen({ what: 'new' })}>
      New token
    </Button>
  )
  return (
    <Page
      crumbs={[{ text: user.username }, { text: 'Tokens' }]}
      title={<h1>Tokens</h1>}
      facts={<span className="dim">What your scripts and clients show instead of your password. Each can be narrowed, ends by itself, and can be revoked at any time.</span>}
      actions={create}
    >
      <div className="pad">
        <section className="panel" aria-label="Tokens" aria-busy={busy}>
          <Table
            label="Tokens"
            columns={columnsWith(
              (token) => setOpen({ what: 'permissions', token }),
              (token) => setOpen({ what: 'revoke', token }),
            )}
            rows={tokens ?? []}
            rowKey={({ id }) => id}
            loading={loading}
            problem={problem ?? partial}
            onRetry={retry}
            dense="relaxed"
            empty={
              <EmptyState
                title="You have no token yet"
                action={
                  <Button icon="plus" onClick={() => setOpen({ what: 'new' })}>
                    Make the first one
                  </Button>
                }
              >
                <p>A client such as MLflow needs one. Its secret is shown once, together with the lines that put it to use.</p>
              </EmptyState>
            }
          />
        </section>
      </div>
      {open?.what === 'new' && <NewToken isAdmin={user.isAdmin} onMade={retry} onClose={close} />}
      {open?.what === 'permissions' && <Carried token={open.token} onClose={close} />}
      {open?.what === 'revoke' && <Revoke token={open.token} onDone={retry} onClose={close} />}
    </Page>
  )
}

const Carried = ({ token, onClose }: { token: Token; onClose: () => void }) => (
  <Dialog open wide onClose={onClose} title={`Permissions of ${token.name}`} description="At most these, and only as far as you hold them yourself.">
    <ul className="lines boxed reach">
      {token.permissions?.map((permission) => (
        <li key={permission}>
          <span className="mono">{permission}</span>
          <span className="dim end">{whyOf(permission)}</span>
        </li>
      ))}
    </ul>
  </Dialog>
)

/** The one that the server makes for the commands on its own machine. */
const operatorPrefix = 'slc_ops_'

function Revoke({ token, onDone, onClose }: { token: Token; onDone: () => void; onClose: () => void }) {
  const [{ fetching, error }, revoke] = useMutation(revokeToken)
  const confirm = async (): Promise<void> => {
    const { error: refused } = await revoke({ input: { id: token.id } })
    if (refused) return
    say(`Token ${token.name} is revoked.`)
    onDone()
    onClose()
  }
  return (
    <Confirm
      title={`Revoke ${token.name}?`}
      description={`What uses ${token.prefix}… is refused within a second. It cannot be undone.${token.prefix.startsWith(operatorPrefix) ? ' Commands on the machine of the server act with it.' : ''}`}
      action="Revoke token"
      busy={fetching}
      problem={error && problemOf(error, 'The token')}
      onConfirm={() => void confirm()}
      onClose={onClose}
    />
  )
}
