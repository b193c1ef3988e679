import { type InputHTMLAttributes, type ReactNode, useId } from 'react'

/** A labelled input with a hint or an error below it, tied together for screen readers. */
export function Field({ label, hint, error, trailing, ...input }: { label: string; hint?: ReactNode; error?: string; trailing?: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId()
  const below = error ?? hint
  return (
    <div className={`field ${error ? 'err' : ''}`}>
      <label htmlFor={id}>{label}</label>
      <div className="input">
        <input id={id} {...input} aria-invalid={error ? true : undefined} aria-describedby={below ? `${id}-hint` : undefined} />
        {trailing}
      </div>
      {below && (
        <div className="hint" id={`${id}-hint`} role={error ? 'alert' : undefined}>
          {below}
        </div>
      )}
    </div>
  )
}
