import type { ReactNode } from 'react'
import { Segments } from './Segments.tsx'

/** A labelled choice among a few, with a sentence about the chosen one. */
export function Choice<Value extends string>(props: { label: string; options: readonly (readonly [Value, string])[]; value: Value; onChange: (value: Value) => void; hint?: ReactNode }) {
  const { label, options, value, onChange, hint } = props
  return (
    <div className="field">
      <span className="name" aria-hidden="true">
        {label}
      </span>
      <Segments label={label} options={options} value={value} onChange={onChange} small={false} />
      {hint && (
        <div className="hint" aria-live="polite">
          {hint}
        </div>
      )}
    </div>
  )
}
