import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button } from './Button.tsx'

interface DialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  readonly description?: string
  readonly stay?: boolean
  readonly wide?: boolean
  readonly children: ReactNode
}

/**
 * A dialog with our own scrim: Radix's overlay inserts a style element, which the CSP refuses. Focus stays inside and returns.
 * `stay`: only its own buttons close it, for what is not shown again.
 */
export function Dialog({ open, onClose, title, description, stay, wide, children }: DialogProps) {
  const hold = (event: Event): void => {
    if (stay) event.preventDefault()
  }
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <div className="scrim" />
        <Radix.Content className={`dialog ${wide ? 'wide' : ''}`} onEscapeKeyDown={hold} onInteractOutside={hold} {...(description ? {} : { 'aria-describedby': undefined })}>
          <div className="row between">
            <Radix.Title className="dialog-title">{title}</Radix.Title>
            <Button kind="ghost" small icon="close" aria-label="Close" onClick={onClose} />
          </div>
          {description && <Radix.Description className="dim sm">{description}</Radix.Description>}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
