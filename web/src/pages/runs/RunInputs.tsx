import { Link } from 'react-router'
import { graphql } from '../../data/gql/index.ts'
import type { RunInputs_RunFragment } from '../../data/gql/graphql.ts'
import type { Problem } from '../../data/problem.ts'
import { bytes, counted, middle } from '../../format/numbers.ts'
import { paths } from '../../paths.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Panel } from '../../ui/Panel.tsx'

export const runInputs = graphql(`
  fragment RunInputs_Run on Run {
    id
    projectId
    inputs {
      name
      digest
      sourceType
      source
      context
      datasetVersion {
        id
        projectId
        datasetName
        version
        rowCount
        sizeBytes
      }
    }
  }
`)

/** What the run was fed with. A dataset version of this installation is a link; a digest alone never links. */
export function RunInputs({ run, project, partial, onRetry }: { run: RunInputs_RunFragment; project: string; partial: Problem | undefined; onRetry: () => void }) {
  return (
    <Panel title="Dataset inputs" note={run.inputs.length}>
      {run.inputs.length === 0 && <p className="pad sm muted">No dataset was logged as an input.</p>}
      <ul className="lines">
        {run.inputs.map(({ name, digest, sourceType, source, context, datasetVersion }) => (
          <li key={`${name}:${digest}:${context ?? ''}`}>
            <Icon name="dataset" size="s" />
            {datasetVersion ? (
              <Link className="link m ell" to={paths.dataset(project, datasetVersion.datasetName, datasetVersion.version)}>
                {datasetVersion.datasetName} v{datasetVersion.version}
              </Link>
            ) : (
              <span className="m ell" title={source}>
                {name}
              </span>
            )}
            {context && <span className="chip">{context}</span>}
            <span className="muted end ell" title={`${sourceType}: ${digest}`}>
              {datasetVersion ? (
                [datasetVersion.rowCount != null && counted(datasetVersion.rowCount, 'row'), bytes(datasetVersion.sizeBytes)].filter(Boolean).join(', ')
              ) : (
                <span className="mono">{middle(digest)}</span>
              )}
            </span>
          </li>
        ))}
      </ul>
      {partial && <ErrorState problem={partial} onRetry={onRetry} />}
    </Panel>
  )
}
