import type { ReactNode } from 'react'

/** A list without rows: one sentence, the one action, and what to copy. The dotted stream waits below a raised gate. */
export function EmptyState({ title, children, action, compact }: { title: string; children?: ReactNode; action?: ReactNode; compact?: boolean }) {
  return (
    <div className={`empty ${compact ? 'compact' : ''}`}>
      {!compact && (
        <svg width="220" height="92" viewBox="0 0 220 92" aria-hidden="true" fill="none" strokeLinecap="round" strokeDasharray="2 7">
          <path className="near" d="M0 34h62c26 0 26 34 52 34h106" strokeWidth="3" />
          <path className="far" d="M0 48h56c24 0 26 34 52 34h112" strokeWidth="2" />
          <rect className="leaf" x="104" y="0" width="12" height="46" rx="3" strokeDasharray="none" />
        </svg>
      )}
      <h2>{title}</h2>
      {children}
      {action && <div className="row actions">{action}</div>}
    </div>
  )
}
