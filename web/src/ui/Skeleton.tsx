/** The final layout in grey, from 100 ms on. `rows` lines of varied length, or one block. */
export function Skeleton({ rows, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {rows === undefined ? <span className="sk block" /> : [...Array(rows).keys()].map((line) => <span key={line} className={`sk w${line % 4}`} />)}
    </div>
  )
}
