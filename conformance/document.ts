/**
 * Writes docs/mlflow-compatibility.md from what the conformance run compares (deliberate.json, missing.json), MLflow's
 * endpoints (endpoints.json), our routes (schema/openapi.json) and the table of what is left out.
 * `npm run docs` writes it; document.test.ts says when it drifted.
 */
import { readFileSync } from 'node:fs'
import { repositoryPath } from '#shared/paths.ts'
import { leftOut, leftOutRoutes } from '#tracking/rest/left-out.routes.ts'

export const documentPath = repositoryPath('docs', 'mlflow-compatibility.md')

interface Deliberate {
  readonly case: string
  readonly reason: string
  readonly status: number
}
interface Recorded {
  readonly name: string
  readonly request: string
  readonly status: number
}
const read = (...path: string[]): unknown => JSON.parse(readFileSync(repositoryPath(...path), 'utf8'))
const code = (text: string): string => `\`${text.replaceAll('`', '')}\``
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')

/** Where two ways of writing the same address agree: `/a/{id}`, `/a/<path:p>` and `/a/:id` are one. */
const shapeOf = (endpoint: string): string => endpoint.replace(/\{[^}]*\}|<[^>]*>|:\w+|\*/g, ':')

function ourRoutes(): ReadonlySet<string> {
  const { paths } = read('schema', 'openapi.json') as { paths: Record<string, Record<string, { 'x-route': string }>> } // written by scripts/schema/openapi.ts
  return new Set(Object.values(paths).flatMap((methods) => Object.entries(methods).map(([method, facts]) => shapeOf(`${method.toUpperCase()} ${facts['x-route']}`))))
}

/** Answered by the gateway itself, so in no subgraph's table. */
const ofTheGateway = new Set(['GET /', 'GET /health', 'GET /graphql', 'POST /graphql'])
const leftOutPatterns = leftOutRoutes.map(({ method, path }) => new RegExp(`^${method} ${path.replace(/^\/(?:ajax-)?api\//, '/(?:ajax-)?api/').replace('*', '.*')}$`))

/** group → how much of it is served, and what is not. */
function endpointRows(): string[][] {
  const served = ourRoutes()
  const groups = read('conformance', 'endpoints.json') as Record<string, readonly string[]> // beside this file
  return Object.entries(groups).map(([group, endpoints]) => {
    const refused = endpoints.filter((endpoint) => leftOutPatterns.some((pattern) => pattern.test(endpoint)))
    const absent = endpoints.filter((endpoint) => !refused.includes(endpoint) && !served.has(shapeOf(endpoint)) && !ofTheGateway.has(endpoint))
    const here = endpoints.length - refused.length - absent.length
    if (absent.length === endpoints.length) return [group, String(endpoints.length), '0', 'not served (404)']
    const rest = [...(refused.length > 0 ? [`${refused.length} left out (501)`] : []), ...(absent.length > 0 ? [`not served (404): ${absent.map(code).join(', ')}`] : [])]
    return [group, String(endpoints.length), String(here), rest.join('; ')]
  })
}

function groupedBy<T>(items: readonly T[], key: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item])
  return [...groups]
}

export function compatibilityDocument(): string {
  const recorded = read('conformance', 'goldens.json') as readonly Recorded[] // these three: beside this file
  const deliberate = read('conformance', 'deliberate.json') as readonly Deliberate[]
  const missing = read('conformance', 'missing.json') as Record<string, readonly string[]>
  const status = new Map(recorded.map((answer) => [answer.name, answer.status]))
  const notBuilt = Object.entries(missing).filter(([, cases]) => cases.length > 0)
  const notBuiltCount = notBuilt.reduce((sum, [, cases]) => sum + cases.length, 0)
  return `# MLflow compatibility

Stock MLflow clients work against Sluice unchanged. The measure is the REST API of MLflow 3.17.2: ${recorded.length} calls whose answers were recorded from the real server (\`conformance/goldens.json\`). \`tests/conformance.e2e.ts\` sends them all to a fresh platform: ${recorded.length - deliberate.length - notBuiltCount} are answered as on record, ${deliberate.length} otherwise on purpose, ${notBuiltCount} belong to what is not built yet. By hand, against a fresh server started with \`--auth off\`:

\`\`\`sh
python3 conformance/probe.py compare http://127.0.0.1:3000 conformance/goldens.json --contract conformance
\`\`\`

Written by \`npm run docs\`; change its sources (\`conformance/deliberate.json\`, \`conformance/missing.json\`, \`conformance/endpoints.json\`, \`subgraphs/tracking/rest/left-out.routes.ts\`).

## What is served

Endpoints of MLflow by group, each also under \`/ajax-api\`, under the prefix \`/p/<project>\` and, for clients of 3.10 and later, with the header \`X-MLFLOW-WORKSPACE\`.

${table(['group', 'endpoints', 'served', 'the rest'], endpointRows())}

## What differs everywhere

* **Experiment ids** are random numbers of up to 18 digits; \`0\` is the Default experiment of the project. They are strings on the wire, as MLflow's.
* **Locations** are ours. A client's \`artifact_location\` is accepted and ignored, and the answer shows where artifacts really lie: \`mlflow-artifacts:/<experiment>/…\`.
* **An id of another project does not exist**, and what one may not see looks like what is not there.
* **Webhooks** come from an outbox: at least once, with one \`X-MLflow-Delivery-Id\` over all attempts. \`test\` answers with the status, never with what the receiver wrote; redirects are not followed; addresses that are not public are not called; outside of \`default\` the body names its \`workspace\`.

* **\`/graphql\`** is the platform's own graph. A document whose root fields all begin with \`mlflow\` is MLflow's: sent by POST, it is answered in MLflow's schema, with errors as strings and status 200.

The comparison folds ids and locations away and nothing else of what is said.

## What differs on purpose

${groupedBy(deliberate, ({ reason }) => reason)
  .map(
    ([reason, entries]) =>
      `### ${reason}\n\n${table(
        ['case', 'MLflow', 'here'],
        entries.map((entry) => [code(entry.case), String(status.get(entry.case)), String(entry.status)]),
      )}`,
  )
  .join('\n\n')}

The bodies are in \`conformance/deliberate.json\`. An entry that no longer differs, or differs in another way, fails the comparison.

## What is not built yet

${notBuilt.length === 0 ? 'Nothing of what was recorded.' : notBuilt.map(([reason, cases]) => `* ${reason}: ${cases.map(code).join(', ')}`).join('\n')}

## What is left out

These answer 501 \`NOT_IMPLEMENTED\` to who has a credential.

${table(
  ['what', 'why', 'addresses'],
  leftOut.map(({ what, why, paths }) => [what, why, paths.map(([path]) => code(path)).join(', ')]),
)}
`
}
