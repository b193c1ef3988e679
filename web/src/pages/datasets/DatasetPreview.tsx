import { graphql } from '../../data/gql/index.ts'
import { useRead } from '../../data/read.ts'
import { counted } from '../../format/numbers.ts'
import { DataTable } from '../../ui/DataTable.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'

const document = graphql(`
  query DatasetPreview($project: String!, $dataset: String!, $version: Int!) {
    project(name: $project) {
      id
      dataset(name: $dataset) {
        id
        projectId
        version(version: $version) {
          id
          projectId
          preview(first: 100) {
            columns
            rows
          }
        }
      }
    }
  }
`)

/** The first rows as they are. Read apart from the rest: it opens the file. */
export function DatasetPreview({ project, dataset, version }: { project: string; dataset: string; version: number }) {
  const { value, loading, problem, retry } = useRead({ document, variables: { project, dataset, version }, select: (data) => data.project?.dataset?.version?.preview, what: 'The preview' })
  const rows = rowsOf(value?.rows)
  return (
    <Panel title="Preview" note={value && `first ${counted(rows.length, 'row')}`} className="list tall">
      {problem && <ErrorState problem={problem} onRetry={retry} />}
      {loading && <Skeleton rows={6} label="Loading the preview" />}
      {value && <DataTable label={`Rows of ${dataset} v${version}`} columns={value.columns.map((name) => ({ name }))} rows={rows} />}
    </Panel>
  )
}

/** The graph types cells as JSON, because they are the user's own: a list of rows, each a list of cells. */
const rowsOf = (rows: unknown): unknown[][] => (Array.isArray(rows) ? rows.filter((row): row is unknown[] => Array.isArray(row)) : [])
