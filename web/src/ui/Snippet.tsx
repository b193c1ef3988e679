import { type ReactNode, useState } from 'react'
import { CopyButton } from './CopyButton.tsx'
import { Segments } from './Segments.tsx'

export interface Language {
  readonly name: string
  readonly code: string
}

/** Code to copy, in one of several languages, with the light colouring of the visual language. */
export function Snippet({ label, languages, footer }: { label: string; languages: readonly Language[]; footer?: ReactNode }) {
  const [name, setName] = useState(languages[0]?.name ?? '')
  const { code = '' } = languages.find((one) => one.name === name) ?? {}
  return (
    <div className="snip">
      <div className="sh">
        {languages.length > 1 && <Segments label={label} options={languages.map((one) => [one.name, one.name] as const)} value={name} onChange={setName} />}
        <span className="grow" />
        <CopyButton text={code} label="Copy code" visible="Copy" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <pre className="code" role="region" tabIndex={0} aria-label={`${label}: ${name}`}>
        {coloured(code)}
      </pre>
      {footer && <div className="tk">{footer}</div>}
    </div>
  )
}

const token = /(#.*|\/\/ .*)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\b(import|from|with|as|const|await|new|for|in|export|curl)\b|\b(\d+(?:\.\d+)?)\b/g

/** Comment, string, keyword, number: enough for a dozen lines. */
function coloured(code: string): ReactNode[] {
  const out: ReactNode[] = []
  let at = 0
  for (const match of code.matchAll(token)) {
    const { index } = match
    const kind = match[1] ? 'cm' : match[2] ? 's' : match[3] ? 'k' : 'n2'
    out.push(
      code.slice(at, index),
      <span key={index} className={kind}>
        {match[0]}
      </span>,
    )
    at = index + match[0].length
  }
  out.push(code.slice(at))
  return out
}
