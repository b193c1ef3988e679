import { useEffect, useState } from 'react'
import { Button } from './Button.tsx'
import { copyText } from './clipboard.ts'

/** Copies and says so for two seconds. `label` is a verb with its object: "Copy run id". */
export function CopyButton({ text, label, visible, small = true }: { text: string; label: string; visible?: string; small?: boolean }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2_000)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <Button
      small={small}
      kind={visible ? undefined : 'ghost'}
      icon={copied ? 'check' : 'copy'}
      aria-label={visible ? undefined : copied ? 'Copied' : label}
      onClick={() => void copyText(text).then(setCopied)}
    >
      {visible && <span aria-live="polite">{copied ? 'Copied' : visible}</span>}
    </Button>
  )
}
