import { graphql } from '../../data/gql/index.ts'
import type { DatasetVersions_DatasetVersionFragment } from '../../data/gql/graphql.ts'
import { bytes, counted } from '../../format/numbers.ts'
import { Time } from '../../ui/bits.tsx'
import { Panel } from '../../ui/Panel.tsx'

export const datasetVersion = graphql(`
  fragment DatasetVersions_DatasetVersion on DatasetVersion {
    id
    projectId
    version
    sha256
    sizeBytes
    rowCount
    format
    fileName
    createdAt
    message
    createdBy {
      id
      username
    }
  }
`)

type Version = DatasetVersions_DatasetVersionFragment

/** Newest first. Choosing one shows it in the rest of the page. */
export function DatasetVersions({ versions, chosen, more, onChoose }: { versions: readonly Version[]; chosen: number; more: boolean; onChoose: (version: number) => void }) {
  return (
    <Panel title="Versions" note={`${versions.length}${more ? '+' : ''}`}>
      <ul className="vs">
        {versions.map(({ id, version, message, createdBy, createdAt, rowCount, sizeBytes }) => (
          <li key={id} className={version === chosen ? 'on' : ''}>
            <button type="button" aria-pressed={version === chosen} onClick={() => onChoose(version)}>
              <span className="row tight">
                <b>v{version}</b> <span className="ell">{message || 'no message'}</span>
              </span>
              <span className="row between muted">
                <span>
                  {createdBy ? `${createdBy.username}, ` : ''}
                  <Time at={createdAt} words />
                </span>
                <span>{rowCount == null ? bytes(sizeBytes) : counted(rowCount, 'row')}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
