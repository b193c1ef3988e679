/** Small words and signs that stand in tables and heads. */
import { useEffect, useState } from 'react'
import { absolute, ago, until } from '../format/time.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './icons.tsx'

export const runStatuses = {
  RUNNING: { icon: 'running', look: 'run', word: 'Running' },
  SCHEDULED: { icon: 'scheduled', look: 'wait', word: 'Scheduled' },
  FINISHED: { icon: 'finished', look: 'done', word: 'Finished' },
  FAILED: { icon: 'failed', look: 'fail', word: 'Failed' },
  KILLED: { icon: 'killed', look: 'kill', word: 'Killed' },
} as const satisfies Record<string, { icon: IconName; look: string; word: string }>

export function RunStatusSign({ status, words }: { status: keyof typeof runStatuses; words?: boolean }) {
  const { icon, look, word } = runStatuses[status]
  return (
    <span className={`st ${look}`} title={words ? undefined : word}>
      <Icon name={icon} />
      {words ? word : <span className="sr-only">{word}</span>}
    </span>
  )
}

export function Avatar({ name, small }: { name: string; small?: boolean }) {
  return (
    <span className={`ava ${small ? 's' : ''}`} aria-hidden="true">
      {name.slice(0, 1).toUpperCase()}
    </span>
  )
}

/** A moment: relative while it is young, absolute with UTC on hover. Counts on by itself. `words` for use in a sentence. */
export function Time({ at, words }: { at: number; words?: boolean }) {
  const now = useNow()
  const text = ago(at, now)
  return (
    <time dateTime={new Date(at).toISOString()} title={absolute(at)}>
      {words && /^\d+ (min|h|d)$/.test(text) ? `${text} ago` : text}
    </time>
  )
}

/** A moment to come: how long it is away while it is near. */
export function Until({ at }: { at: number }) {
  const text = until(at, useNow())
  return (
    <time dateTime={new Date(at).toISOString()} title={absolute(at)} className={/ (min|h)$|^ended$/.test(text) ? 'warn' : undefined}>
      {text}
    </time>
  )
}

/** A missing value is a word. */
export const None = ({ word = 'none' }: { word?: string }) => <span className="none">{word}</span>

const everyHalfMinute = 30_000

function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyHalfMinute)
    return () => clearInterval(timer)
  }, [])
  return now
}
