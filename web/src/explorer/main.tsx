import 'graphiql/setup-workers/vite'
import 'graphiql/style.css'
import '../assets/tokens.css'
import './explorer.css'
import { GraphiQL } from 'graphiql'
import { createRoot } from 'react-dom/client'
import { paths, served } from '../paths.ts'

/** The graph by hand, under the session of this browser. Everything is bundled: no address outside is asked. */
async function fetcher(params: object): Promise<never> {
  const response = await fetch(served.graphql, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(params),
  })
  return (await response.json()) as never // GraphiQL prints whatever the server said, errors included
}

const example = `# The graph of this installation.
# Ctrl-Space completes, Ctrl-Enter runs.
query Hello {
  me {
    username
  }
  projects {
    nodes {
      name
      title
    }
  }
}
`

const choice = localStorage.getItem('sluice.theme')
const root = document.getElementById('explorer')
if (!root) throw new Error('explorer.html has no #explorer')
createRoot(root).render(
  <GraphiQL fetcher={fetcher} defaultQuery={example} defaultTheme={choice === 'light' || choice === 'dark' ? choice : null}>
    <GraphiQL.Logo>
      <a href={paths.projects()}>Sluice</a>
    </GraphiQL.Logo>
  </GraphiQL>,
)
