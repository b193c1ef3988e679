import { Fragment, type ReactNode, useEffect } from 'react'
import { Link } from 'react-router'
import { Icon } from '../ui/Icon.tsx'

export interface Crumb {
  readonly text: string
  readonly to?: string
}

/** The head of every page: where I am, the title row, one line of facts, and the page below. */
export function Page({
  crumbs,
  title,
  facts,
  actions,
  tabs,
  live,
  flat,
  children,
}: {
  crumbs: readonly Crumb[]
  title?: ReactNode
  facts?: ReactNode
  actions?: ReactNode
  tabs?: ReactNode
  live?: ReactNode
  flat?: boolean
  children: ReactNode
}) {
  const here = crumbs.at(-1)?.text
  useEffect(() => {
    document.title = [here, crumbs.length > 1 ? crumbs[0]?.text : undefined, 'Sluice'].filter(Boolean).join(' · ')
  }, [here, crumbs])
  return (
    <div className="main">
      <header className="top">
        <Crumbs crumbs={crumbs} />
        <span className="grow" />
        {live}
      </header>
      <main className={`page ${flat ? 'flat' : ''}`} id="content" tabIndex={-1}>
        {title && (
          <div className={`phead ${tabs ? 'tabbed' : ''}`}>
            <div className="row between">
              <div className="row title">{title}</div>
              <div className="row">{actions}</div>
            </div>
            {facts && <div className="facts">{facts}</div>}
            {tabs}
          </div>
        )}
        {children}
      </main>
    </div>
  )
}

function Crumbs({ crumbs }: { crumbs: readonly Crumb[] }) {
  return (
    <nav className="crumbs" aria-label="Breadcrumb">
      {crumbs.map(({ text, to }, i) => (
        <Fragment key={`${to ?? ''}:${text}`}>
          {i > 0 && <Icon name="chevronRight" size="xs" />}
          {i === crumbs.length - 1 ? (
            <b className="ell" aria-current="page">
              {text}
            </b>
          ) : to ? (
            <Link to={to} className="ell">
              {text}
            </Link>
          ) : (
            <span className="ell">{text}</span>
          )}
        </Fragment>
      ))}
    </nav>
  )
}
