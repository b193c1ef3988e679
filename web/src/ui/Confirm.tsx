import type { Problem } from '../data/problem.ts'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'
import { Icon } from './Icon.tsx'

interface Props {
  /** A question with the name of the thing in it. */
  readonly title: string
  readonly description: string
  /** A verb with its object: "Revoke token". */
  readonly action: string
  readonly busy?: boolean
  /** Why the server did not do it. */
  readonly problem?: Problem
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks before what cannot be undone, and stays open with the reason when it was refused. */
export function Confirm({ title, description, action, busy, problem, onConfirm, onClose }: Props) {
  return (
    <Dialog open onClose={onClose} title={title} description={description}>
      {problem && (
        <div className="note bad" role="alert">
          <Icon name="alert" size="s" />
          <span>{problem.detail}</span>
        </div>
      )}
      <div className="row end">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="danger" aria-busy={busy} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  )
}
