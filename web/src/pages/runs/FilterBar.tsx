import { type FormEvent, type KeyboardEvent, useEffect, useState } from 'react'
import type { Problem } from '../../data/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'

const example = 'metrics.val_mape < 7 and params.model = "tft"'

/** MLflow's filter grammar as text. Enter applies; what the server says against it stands below; the last valid one stays in force. */
export function FilterBar({ value, onChange, problem }: { value: string; onChange: (value: string) => void; problem: Problem | undefined }) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onChange(text.trim())
  }
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key !== 'Escape') return
    if (text === '') event.currentTarget.blur()
    else setText(value)
  }
  return (
    <form className="fbar" role="search" onSubmit={submit}>
      <div className="row">
        <div className={`fin ${problem ? 'bad' : ''}`}>
          <Icon name="filter" size="s" />
          <input
            data-filter
            aria-label="Filter runs"
            aria-invalid={problem ? true : undefined}
            aria-describedby={problem ? 'filter-problem' : undefined}
            placeholder={example}
            value={text}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKey}
          />
          {text === value ? <span className="kbd">/</span> : <span className="kbd">Enter</span>}
        </div>
        <Button type="submit">Apply filter</Button>
        {value && (
          <Button kind="ghost" onClick={() => onChange('')}>
            Clear
          </Button>
        )}
      </div>
      {problem && (
        <p className="why" id="filter-problem" role="alert">
          {problem.detail}
        </p>
      )}
    </form>
  )
}
