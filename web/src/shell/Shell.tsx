import { type ReactNode, Suspense, useState } from 'react'
import { NavLink, Outlet, useLocation } from 'react-router'
import type { SessionUser } from '../data/session.ts'
import { paths, patterns } from '../paths.ts'
import { Icon } from '../ui/Icon.tsx'
import type { IconName } from '../ui/icons.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { Toasts } from '../ui/Toast.tsx'
import { AccountMenu } from './AccountMenu.tsx'
import { ProjectSwitcher } from './ProjectSwitcher.tsx'
import { useMedia } from './media.ts'
import { useGoKeys } from './shortcuts.ts'

/** Navigation at the left, the page at the right. Without a project only the way to one. */
export function Shell({ user, project, children }: { user: SessionUser; project?: string; children?: ReactNode }) {
  useGoKeys(project)
  const [rail, setRail] = useRail()
  return (
    <div className={`app ${rail ? 'rail' : ''}`}>
      <nav className="side" aria-label="Project">
        <a className="skip" href="#content">
          Skip to the page
        </a>
        <ProjectSwitcher current={project} />
        {project ? <ProjectNav project={project} /> : <Nav to={paths.projects()} icon="overview" text="Projects" end />}
        <div className="hd">Tools</div>
        <div className="gap" />
        {user.isAdmin && <Nav to={paths.people()} icon="users" text="People" />}
        <a className="nav" href={paths.explorer()} title="API explorer">
          <Icon name="terminal" />
          <span className="lbl">API explorer</span>
        </a>
        <button type="button" className="nav fold" onClick={() => setRail(!rail)} aria-pressed={rail} title={rail ? 'Widen the navigation' : 'Narrow the navigation'}>
          <Icon name="columns" />
          <span className="lbl">Narrow</span>
        </button>
        <AccountMenu user={user} />
      </nav>
      <Suspense
        fallback={
          <div className="main">
            <header className="top" />
            <div className="page pad">
              <Skeleton rows={8} label="Loading the page" />
            </div>
          </div>
        }
      >
        {children ?? <Outlet />}
      </Suspense>
      <Toasts />
    </div>
  )
}

function ProjectNav({ project }: { project: string }) {
  const { pathname } = useLocation()
  const onRun = pathname.startsWith(paths.run(project, ''))
  return (
    <>
      <Nav to={paths.project(project)} icon="overview" text="Overview" keys="g p" end />
      <Nav to={paths.experiments(project)} icon="flask" text="Experiments" keys="g e" also={onRun} />
      <Nav to={paths.models(project)} icon="model" text="Models" keys="g m" />
      <Nav to={paths.datasets(project)} icon="dataset" text="Datasets" keys="g d" />
      <Nav to={paths.members(project)} icon="users" text="Members" />
    </>
  )
}

function Nav({ to, icon, text, keys, end, also }: { to: string; icon: IconName; text: string; keys?: string; end?: boolean; also?: boolean }) {
  return (
    <NavLink to={to} end={end} title={keys ? `${text} (${keys})` : text} className={({ isActive }) => `nav ${isActive || also ? 'on' : ''}`}>
      <Icon name={icon} />
      <span className="lbl">{text}</span>
    </NavLink>
  )
}

/** Narrow by default where a table needs the width; what a person chose stays. Below 900 px always narrow. */
function useRail(): [boolean, (rail: boolean) => void] {
  const { pathname } = useLocation()
  const small = useMedia('(max-width: 900px)')
  const wide = new RegExp(`^${patterns.experiments.replace(':project', '[^/]+')}/|/runs/`).test(pathname)
  const key = wide ? 'sluice.rail.wide' : 'sluice.rail'
  const [, redraw] = useState(0)
  const stored = localStorage.getItem(key)
  const rail = small || (stored === null ? wide : stored === '1')
  return [
    rail,
    (next) => {
      localStorage.setItem(key, next ? '1' : '0')
      redraw((n) => n + 1)
    },
  ]
}
