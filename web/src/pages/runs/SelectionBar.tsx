import { useState } from 'react'
import { useMutation } from 'urql'
import { graphql } from '../../data/gql/index.ts'
import { type Problem, problemOf } from '../../data/problem.ts'
import type { SessionUser } from '../../data/session.ts'
import { counted } from '../../format/numbers.ts'
import { missingRight, type ProjectHere } from '../../shell/project.ts'
import { Button } from '../../ui/Button.tsx'
import { say } from '../../ui/Toast.tsx'
import type { RunRow } from './RunsTable.tsx'

const deleteRuns = graphql(`
  mutation SelectionBarDelete($input: DeleteRunsInput!) {
    deleteRuns(input: $input) {
      runs {
        id
        projectId
        lifecycleStage
      }
    }
  }
`)

const restoreRuns = graphql(`
  mutation SelectionBarRestore($input: RestoreRunsInput!) {
    restoreRuns(input: $input) {
      runs {
        id
        projectId
        lifecycleStage
      }
    }
  }
`)

/** What can be done to the chosen runs. Floats over the table, so that no row moves. */
export function SelectionBar({
  project,
  user,
  runs,
  trash,
  onClear,
  onDone,
}: {
  project: ProjectHere
  user: SessionUser
  runs: readonly RunRow[]
  trash: boolean
  onClear: () => void
  onDone: () => void
}) {
  const [, remove] = useMutation(deleteRuns)
  const [, restore] = useMutation(restoreRuns)
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  if (runs.length === 0) return null
  const ids = runs.map((run) => run.id)
  const act = async (kind: 'delete' | 'restore', which: readonly string[]): Promise<boolean> => {
    setBusy(true)
    const input = { project: project.name, ids: [...which] }
    const { error } = kind === 'delete' ? await remove({ input }) : await restore({ input })
    setBusy(false)
    setProblem(error && problemOf(error, 'The runs'))
    if (!error) onDone()
    return !error
  }
  const moveToTrash = async (): Promise<void> => {
    const what = runs.length === 1 ? `Run ${runs[0]?.name}` : counted(runs.length, 'run')
    if (await act('delete', ids)) say(`${what} moved to trash.`, 'trash', () => void act('restore', ids))
  }
  const takeBack = async (): Promise<void> => {
    if (await act('restore', ids)) say(`${counted(ids.length, 'run')} restored.`)
  }
  const reason = lockedBy(project, user, runs)
  return (
    <div className="selbar" role="toolbar" aria-label="Actions on the selected runs">
      <span className="sm">
        <b>{runs.length}</b> selected
      </span>
      {trash ? (
        <Button icon="undo" disabledReason={reason} aria-busy={busy} onClick={() => void takeBack()}>
          Restore
        </Button>
      ) : (
        <Button kind="danger" icon="trash" disabledReason={reason} aria-busy={busy} onClick={() => void moveToTrash()}>
          Delete
        </Button>
      )}
      {(problem || reason) && (
        <span className={`sm wrap ${problem ? 'bad' : 'muted'}`} role={problem ? 'alert' : undefined}>
          {problem ? `${problem.title}. ${problem.detail}` : reason}
        </span>
      )}
      <Button kind="ghost" icon="close" aria-label="Clear the selection" onClick={onClear} />
    </div>
  )
}

/** Whoever may delete runs may delete these; a contributor may delete runs that are all their own. */
function lockedBy(project: ProjectHere, user: SessionUser, runs: readonly RunRow[]): string | undefined {
  const own = project.role !== undefined && project.role !== 'VIEWER' && runs.every(({ owner }) => owner?.id === user.id)
  return own ? undefined : missingRight(project, 'tracking.run.delete')
}
