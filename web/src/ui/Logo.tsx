/** The mark: a raised gate, and a stream that falls one level as it passes below it. Colours come from the class. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect className="mark-tile" width="32" height="32" rx="7" />
      <path className="mark-cut" d="M0 12.5h2.5c7 0 6.5 9.5 13.5 9.5h16" fill="none" strokeWidth="3.6" />
      <path className="mark-gate" d="M14 0h5.6v12.4a1.8 1.8 0 0 1-1.8 1.8h-2a1.8 1.8 0 0 1-1.8-1.8z" />
    </svg>
  )
}
