/** Every route. Pages load when they are first visited. */
import { lazy } from 'react'
import { createBrowserRouter, Outlet, type RouteObject, useOutletContext } from 'react-router'
import type { SessionUser } from './data/session.ts'
import { CrashPage, NotFoundPage } from './pages/errors/ErrorPages.tsx'
import { patterns } from './paths.ts'
import { Door } from './shell/Door.tsx'
import { ProjectShell } from './shell/ProjectShell.tsx'
import { Shell } from './shell/Shell.tsx'

const SignInPage = lazy(() => import('./pages/account/SignInPage.tsx'))
const ChangePasswordPage = lazy(() => import('./pages/account/ChangePasswordPage.tsx'))
const TokensPage = lazy(() => import('./pages/account/TokensPage.tsx'))
const PeoplePage = lazy(() => import('./pages/platform/PeoplePage.tsx'))
const ProjectsPage = lazy(() => import('./pages/projects/ProjectsPage.tsx'))
const ProjectPage = lazy(() => import('./pages/projects/ProjectPage.tsx'))
const MembersPage = lazy(() => import('./pages/projects/MembersPage.tsx'))
const ExperimentsPage = lazy(() => import('./pages/experiments/ExperimentsPage.tsx'))
const RunsPage = lazy(() => import('./pages/runs/RunsPage.tsx'))
const RunPage = lazy(() => import('./pages/runs/RunPage.tsx'))
const ModelsPage = lazy(() => import('./pages/models/ModelsPage.tsx'))
const ModelPage = lazy(() => import('./pages/models/ModelPage.tsx'))
const DatasetsPage = lazy(() => import('./pages/datasets/DatasetsPage.tsx'))
const DatasetPage = lazy(() => import('./pages/datasets/DatasetPage.tsx'))

/** The shell without a project: the way to one, and what belongs to the person or the installation. */
function OutsideProjects() {
  const user = useOutletContext<SessionUser>()
  return (
    <Shell user={user}>
      <Outlet context={user} />
    </Shell>
  )
}

const outside: RouteObject[] = [
  { path: patterns.projects, Component: ProjectsPage },
  { path: patterns.tokens, Component: TokensPage },
  { path: patterns.people, Component: PeoplePage },
]

const inProject: RouteObject[] = [
  { path: patterns.project, Component: ProjectPage },
  { path: patterns.experiments, Component: ExperimentsPage },
  { path: patterns.experiment, Component: RunsPage },
  { path: patterns.run, Component: RunPage },
  { path: patterns.models, Component: ModelsPage },
  { path: patterns.model, Component: ModelPage },
  { path: patterns.datasets, Component: DatasetsPage },
  { path: patterns.dataset, Component: DatasetPage },
  { path: patterns.members, Component: MembersPage },
  { path: `${patterns.project}/*`, Component: NotFoundPage },
]

export const routes: RouteObject[] = [
  { path: patterns.signIn, Component: SignInPage, ErrorBoundary: CrashPage },
  {
    Component: Door,
    ErrorBoundary: CrashPage,
    children: [
      { path: patterns.changePassword, Component: ChangePasswordPage },
      { Component: OutsideProjects, children: outside.map((route) => ({ ...route, ErrorBoundary: CrashPage })) },
      { Component: ProjectShell, children: inProject.map((route) => ({ ...route, ErrorBoundary: CrashPage })) },
    ],
  },
  { path: '*', Component: NotFoundPage },
]

export const createRouter = () => createBrowserRouter(routes)
