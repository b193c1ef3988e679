import { graphql } from '../../data/gql/index.ts'
import { useRead } from '../../data/read.ts'
import { counted } from '../../format/numbers.ts'
import { Check, CheckItem } from '../../ui/Check.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { groupsOfPermissions, inAllProjects, isRead, whyOf } from './permissions.ts'

const held = graphql(`
  query TokenReach($project: String!) {
    project(name: $project) {
      id
      viewerCan
    }
  }
`)

export type Reach = 'all' | 'read' | 'chosen'

const reaches = [
  ['all', 'All I may'],
  ['read', 'Read only'],
  ['chosen', 'Chosen'],
] as const

/** What the token can be narrowed to: in one project what I hold there, as the graph says; undefined while that is read. */
export function useOffered(project: string, isAdmin: boolean) {
  const read = useRead({ document: held, variables: { project }, select: (data) => data.project?.viewerCan, what: 'Your permissions', pause: project === '' })
  return project === '' ? { offered: inAllProjects(isAdmin), problem: undefined, retry: read.retry } : { offered: read.value, problem: read.problem, retry: read.retry }
}

/** The ceiling as the server takes it: null carries everything that its owner may. */
export function ceilingOf(reach: Reach, offered: readonly string[], chosen: ReadonlySet<string>): string[] | null {
  if (reach === 'all') return null
  return offered.filter((permission) => (reach === 'read' ? isRead(permission) : chosen.has(permission)))
}

interface Props {
  readonly reach: Reach
  readonly onReach: (reach: Reach) => void
  readonly source: ReturnType<typeof useOffered>
  readonly chosen: ReadonlySet<string>
  readonly onChoose: (chosen: ReadonlySet<string>) => void
}

export function TokenReach({ reach, onReach, source, chosen, onChoose }: Props) {
  const { offered, problem, retry } = source
  const count = offered ? ceilingOf(reach, offered, chosen)?.length : undefined
  const hint = {
    all: 'Whatever your role allows, also when it changes.',
    read: count === undefined ? 'Sees, never changes.' : `Sees, never changes: ${counted(count, 'permission')}.`,
    chosen: `${counted(count ?? 0, 'permission')} chosen. It never carries more than you may.`,
  }[reach]
  return (
    <>
      <Choice label="Permissions" options={reaches} value={reach} onChange={onReach} hint={hint} />
      {reach !== 'all' && problem && <ErrorState problem={problem} onRetry={retry} />}
      {reach !== 'all' && !problem && !offered && <Skeleton rows={3} label="Loading your permissions" />}
      {reach === 'chosen' && offered && <PermissionList offered={offered} chosen={chosen} onChoose={onChoose} />}
    </>
  )
}

function PermissionList({ offered, chosen, onChoose }: { offered: readonly string[]; chosen: ReadonlySet<string>; onChoose: (chosen: ReadonlySet<string>) => void }) {
  const set = (permissions: readonly string[], on: boolean): void => {
    const next = new Set(chosen)
    for (const permission of permissions)
      if (on) next.add(permission)
      else next.delete(permission)
    onChoose(next)
  }
  return (
    <div className="choices">
      {groupsOfPermissions(offered).map(({ title, permissions }) => {
        const count = permissions.filter((permission) => chosen.has(permission)).length
        const state = count === 0 ? 'none' : count === permissions.length ? 'all' : 'some'
        return (
          <div key={title} role="group" aria-label={title}>
            <div className="head">
              <Check state={state} label={`All of ${title}`} onToggle={() => set(permissions, state !== 'all')} />
              {title}
              <span className="muted end">
                {count} of {permissions.length}
              </span>
            </div>
            {permissions.map((permission) => (
              <CheckItem key={permission} on={chosen.has(permission)} label={`${permission}: ${whyOf(permission)}`} onToggle={() => set([permission], !chosen.has(permission))}>
                <span className="mono">{permission}</span>
                <span className="why">{whyOf(permission)}</span>
              </CheckItem>
            ))}
          </div>
        )
      })}
    </div>
  )
}
