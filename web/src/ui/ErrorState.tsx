import type { ReactNode } from 'react'
import { clock } from '../format/time.ts'
import { canRetry, detailsOf, type Problem } from '../data/problem.ts'
import { Button } from './Button.tsx'
import { CopyButton } from './CopyButton.tsx'
import { Icon } from './Icon.tsx'

/** What failed, in its place: a panel (default) or a whole page. A refusal and a missing thing look the same. */
export function ErrorState({ problem, onRetry, page, children }: { problem: Problem; onRetry?: () => void; page?: boolean; children?: ReactNode }) {
  const closed = problem.kind === 'missing' || problem.kind === 'forbidden'
  const actions = (
    <div className="row actions">
      {onRetry && canRetry(problem) && (
        <Button small icon="retry" onClick={onRetry}>
          Try again
        </Button>
      )}
      <CopyButton text={detailsOf(problem, location.href)} label="Copy details" visible="Copy details" />
      {children}
    </div>
  )
  if (!page)
    return (
      <div className="perr" role="alert">
        <Icon name={closed ? 'lock' : 'cloudAlert'} size="l" />
        <h3>{problem.title}</h3>
        <p>{problem.detail}</p>
        {actions}
        <Reference problem={problem} />
      </div>
    )
  return (
    <div className="dn" role="alert">
      {closed ? <ShutGate /> : <Icon name="cloudAlert" size="l" />}
      {closed && <div className="xs muted">{problem.kind === 'missing' ? '404' : '403'}</div>}
      <h1>{problem.title}</h1>
      <p className="dim">{problem.detail}</p>
      {actions}
      <Reference problem={problem} />
    </div>
  )
}

/** What support needs: status, request, time. */
function Reference({ problem }: { problem: Problem }) {
  const parts = [
    problem.status === undefined || problem.status < 400 ? problem.code : `HTTP ${problem.status}`,
    problem.requestId && `request ${problem.requestId}`,
    problem.denialId && `denial ${problem.denialId}`,
    clock(problem.at),
  ]
  return <p className="xs reference">{parts.filter(Boolean).join(', ')}</p>
}

function ShutGate() {
  return (
    <svg className="shutgate" width="260" height="104" viewBox="0 0 260 104" aria-hidden="true" fill="none" strokeLinecap="round">
      <path className="near" d="M0 38H118" strokeWidth="3" />
      <path className="mid" d="M0 54H118M0 70H118M0 86H118" strokeWidth="2" />
      <path className="far" d="M146 86H260" strokeWidth="2" strokeDasharray="2 7" />
      <rect className="leaf" x="125" y="0" width="14" height="104" rx="4" />
    </svg>
  )
}
