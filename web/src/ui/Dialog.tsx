import { Dialog as Radix } from 'radix-ui'
import { type ReactNode, useRef } from 'react'
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
  const opener = useOpener(open)
  const giveBack = (event: Event): void => {
    event.preventDefault()
    opener.current?.focus()
  }
  const hold = (event: Event): void => {
    if (stay) event.preventDefault()
  }
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <div className="scrim" />
        <Radix.Content
          className={`dialog ${wide ? 'wide' : ''}`}
          onEscapeKeyDown={hold}
          onInteractOutside={hold}
          onCloseAutoFocus={giveBack}
          {...(description ? {} : { 'aria-describedby': undefined })}
        >
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

/**
 * What had the focus before the dialog came. Radix gives the focus back to a trigger of its own only; ours are opened by
 * state. Read while rendering: an effect would find the field that takes the focus by itself. A menu is gone by then, its
 * button is not.
 */
function useOpener(open: boolean) {
  const opener = useRef<HTMLElement>(null)
  const was = useRef(false)
  if (open && !was.current) {
    const { activeElement } = window.document
    const button = activeElement?.closest('[role=menu]')?.getAttribute('aria-labelledby')
    const found = button ? window.document.getElementById(button) : activeElement
    opener.current = found instanceof HTMLElement ? found : null
  }
  was.current = open
  return opener
}
