import './assets/tokens.css'
import './styles/measures.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/components.css'
import './styles/tables.css'
import './styles/pages.css'
import './styles/runs.css'
import './styles/account.css'
import { StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import { createRouter } from './routes.tsx'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <Suspense fallback={null}>
      <RouterProvider router={createRouter()} />
    </Suspense>
  </StrictMode>,
)
