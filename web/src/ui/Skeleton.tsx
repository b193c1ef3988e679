/** The final layout in grey, from 100 ms on. `rows` lines of varied length, or one block. */
export function Skeleton({ rows, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {rows === undefined ? <span className="sk block" /> : Array.from({ length: rows }, (_, i) => <span key={i} className={`sk w${i % 4}`} />)}
    </div>
  )
}
