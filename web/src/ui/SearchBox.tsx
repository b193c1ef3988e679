import { useEffect, useRef, useState } from 'react'
import { Icon } from './Icon.tsx'

const pause = 250

/** A search that follows the typing with a short pause. `/` focuses it. */
export function SearchBox({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value)
  const change = useRef(onChange)
  change.current = onChange
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => change.current(text.trim()), pause)
    return () => clearTimeout(timer)
  }, [text, value])
  return (
    <label className="input search-box">
      <Icon name="search" size="s" />
      <input type="search" data-filter aria-label={label} placeholder={label} value={text} onChange={(event) => setText(event.target.value)} />
    </label>
  )
}
