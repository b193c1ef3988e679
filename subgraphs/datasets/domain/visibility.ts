/** Which datasets of a project an actor sees, in a form that a WHERE clause can use before paging. */
import type { Scope } from '#shared/actor.ts'
import { decide } from '#shared/policy.ts'

export const datasetType = 'datasets.dataset'

/** `except`: all but these ids. `only`: just these. Grants on single datasets make the lists. */
export type Visible = { readonly except: readonly string[] } | { readonly only: readonly string[] }

export function visibleDatasets({ actor, project }: Scope): Visible {
  const permission = 'datasets.dataset.read'
  const named = new Set(
    actor.snapshot.grants.flatMap((g) =>
      g.permission === permission && g.resourceType === datasetType && g.resourceId !== null && (g.projectId === null || g.projectId === project.id) ? [g.resourceId] : [],
    ),
  )
  const readable = (id?: string) => decide(actor, permission, project.id, { type: datasetType, ...(id === undefined ? {} : { id }) }).allowed
  return readable() ? { except: [...named].filter((id) => !readable(id)) } : { only: [...named].filter(readable) }
}

export const seesNothing = (visible: Visible): boolean => 'only' in visible && visible.only.length === 0
