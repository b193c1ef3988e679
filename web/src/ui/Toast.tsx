import { useEffect, useSyncExternalStore } from 'react'
import { Button } from './Button.tsx'
import { Icon } from './Icon.tsx'
import type { IconName } from './icons.tsx'

interface Toast {
  readonly text: string
  readonly icon: IconName
  readonly undo?: () => void
}

let shown: Toast | undefined
const listeners = new Set<() => void>()
const change = (next: Toast | undefined): void => {
  shown = next
  for (const listener of listeners) listener()
}

/** Says at the bottom left what was done, for 8 s, with its way back. */
export const say = (text: string, icon: IconName = 'check', undo?: () => void): void => change({ text, icon, undo })

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Toasts() {
  const toast = useSyncExternalStore(subscribe, () => shown)
  useEffect(() => {
    if (!toast) return
    const timer = setTimeout(() => change(undefined), 8_000)
    return () => clearTimeout(timer)
  }, [toast])
  return (
    <div role="status" aria-live="polite">
      {toast && (
        <div className="toast">
          <Icon name={toast.icon} />
          <span>{toast.text}</span>
          {toast.undo && (
            <Button
              small
              icon="undo"
              onClick={() => {
                toast.undo?.()
                change(undefined)
              }}
            >
              Undo
            </Button>
          )}
          <Button small kind="ghost" icon="close" aria-label="Dismiss" onClick={() => change(undefined)} />
          <span className="tbar" aria-hidden="true" />
        </div>
      )}
    </div>
  )
}
