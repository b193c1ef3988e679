import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button } from './Button.tsx'

/** A dialog with our own scrim: Radix's overlay inserts a style element, which the CSP refuses. Focus stays inside and returns. */
export function Dialog({ open, onClose, title, description, children }: { open: boolean; onClose: () => void; title: string; description?: string; children: ReactNode }) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <div className="scrim" />
        <Radix.Content className="dialog" {...(description ? {} : { 'aria-describedby': undefined })}>
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
