import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'

/** `inRow`: the row itself takes the keyboard, Space selects it. */
export function Check({ state, label, onToggle, inRow }: { state: 'all' | 'some' | 'none'; label: string; onToggle: () => void; inRow?: boolean }) {
  return (
    <button
      type="button"
      role="checkbox"
      className={`chk ${state === 'all' ? 'on' : state === 'some' ? 'part' : ''}`}
      tabIndex={inRow ? -1 : 0}
      aria-checked={state === 'some' ? 'mixed' : state === 'all'}
      aria-label={label}
      onClick={onToggle}
    >
      {state !== 'none' && <Icon name={state === 'all' ? 'check' : 'minus'} />}
    </button>
  )
}

/** A line of a menu with a box before it; the whole line toggles. */
export function CheckItem({ on, label, onToggle, children }: { on: boolean; label: string; onToggle: () => void; children: ReactNode }) {
  return (
    <button type="button" role="checkbox" className="it" aria-checked={on} aria-label={label} onClick={onToggle}>
      <span className={`chk ${on ? 'on' : ''}`}>{on && <Icon name="check" />}</span>
      {children}
    </button>
  )
}
