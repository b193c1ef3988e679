import { served } from '../../paths.ts'
import type { Language } from '../../ui/Snippet.tsx'

/** A token at work at once: the environment of an MLflow client, and one question to the graph. */
export function tokenSnippets(origin: string, secret: string, project: string): Language[] {
  return [
    {
      name: 'MLflow',
      code: `export MLFLOW_TRACKING_URI="${served.trackingUri(origin, project)}"
export MLFLOW_TRACKING_TOKEN="${secret}"`,
    },
    {
      name: 'curl',
      code: `curl "${origin}${served.graphql}" \\
  -H "Authorization: Bearer ${secret}" \\
  -H "Content-Type: application/json" \\
  -d '{"query": "query WhoAmI { me { username } }"}'`,
    },
  ]
}
