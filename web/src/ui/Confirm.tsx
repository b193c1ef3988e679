import type { Problem } from '../data/problem.ts'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'
import { Icon } from './Icon.tsx'

interface ConfirmProps {
  /** A verb with its object: "Revoke token". */
  readonly action: string
  readonly busy?: boolean
  /** Why the server did not do it. */
  readonly problem?: Problem
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks before what cannot be undone, and stays open with the reason when it was refused. `title` is a question that names the thing. */
export function Confirm({ title, description, ...rest }: ConfirmProps & { readonly title: string; readonly description: string }) {
  return (
    <Dialog open onClose={rest.onClose} title={title} description={description}>
      <ConfirmButtons {...rest} />
    </Dialog>
  )
}

/** The lower half, for a dialog that goes on to something else. */
export function ConfirmButtons({ action, busy, problem, onConfirm, onClose }: ConfirmProps) {
  return (
    <>
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
    </>
  )
}
