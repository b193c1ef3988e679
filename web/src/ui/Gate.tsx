export type GateState = 'open' | 'wait' | 'shut' | 'off'

/** The one motif: a leaf above a stream. It stands only where something is let through (visual language, section 1). */
export function Gate({ state }: { state: GateState }) {
  return (
    <svg className={`gate ${state}`} viewBox="0 0 18 18" fill="none" stroke="currentColor" aria-hidden="true">
      {drawings[state]}
    </svg>
  )
}

const drawings = {
  open: (
    <>
      <rect x="7" y="1.5" width="4" height="8" rx="1.2" fill="currentColor" stroke="none" />
      <path d="M0 13.5h18" strokeWidth="2" />
    </>
  ),
  wait: (
    <>
      <rect x="7.7" y="2.2" width="2.6" height="14" rx=".8" strokeWidth="1.4" />
      <path d="M0 13.5h5" strokeWidth="2" />
      <path d="M13 13.5h5" strokeWidth="2" strokeDasharray="1.5 1.5" />
    </>
  ),
  shut: (
    <>
      <rect x="7" y="1.5" width="4" height="15.5" rx="1.2" fill="currentColor" stroke="none" />
      <path d="M0 13.5h4.5" strokeWidth="2" />
    </>
  ),
  off: (
    <>
      <rect x="7.7" y="2.2" width="2.6" height="7" rx=".8" strokeWidth="1.3" />
      <path d="M0 13.5h18" strokeWidth="1.5" strokeDasharray="1.5 2" />
    </>
  ),
}
