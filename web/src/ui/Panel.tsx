import type { ReactNode } from 'react'

/** A surface with a title. `busy` draws the thin line of a reload while the old data stays. */
export function Panel({ title, note, actions, busy, className = '', children }: { title: ReactNode; note?: ReactNode; actions?: ReactNode; busy?: boolean; className?: string; children: ReactNode }) {
  return (
    <section className={`panel ${className}`} aria-label={typeof title === 'string' ? title : undefined} aria-busy={busy || undefined}>
      {busy && <span className="busy" aria-hidden="true" />}
      <div className="hd">
        <h2>{title}</h2>
        {note !== undefined && <span className="muted sm ell">{note}</span>}
        {actions && <span className="r">{actions}</span>}
      </div>
      {children}
    </section>
  )
}
