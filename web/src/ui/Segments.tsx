/** One of a few, side by side. Arrow keys move, as in any group of radio buttons. */
export function Segments<Value extends string>({
  label,
  options,
  value,
  onChange,
  small = true,
}: {
  label: string
  options: readonly (readonly [Value, string])[]
  value: Value
  onChange: (value: Value) => void
  small?: boolean
}) {
  const move = (by: number): void => {
    const at = options.findIndex(([one]) => one === value)
    const next = options[(at + by + options.length) % options.length]
    if (next) onChange(next[0])
  }
  return (
    <div
      className={`seg ${small ? 'sm' : ''}`}
      role="radiogroup"
      aria-label={label}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0
        if (by === 0) return
        event.preventDefault()
        move(by)
        const group = event.currentTarget
        requestAnimationFrame(() => group.querySelector<HTMLElement>('[aria-checked="true"]')?.focus())
      }}
    >
      {options.map(([one, text]) => (
        <button key={one} type="button" role="radio" aria-checked={one === value} tabIndex={one === value ? 0 : -1} className={one === value ? 'on' : ''} onClick={() => onChange(one)}>
          {text}
        </button>
      ))}
    </div>
  )
}
