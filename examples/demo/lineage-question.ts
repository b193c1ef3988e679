/** project → dataset version → runs trained on it → model versions → who registered them: identity, datasets, tracking, registry. */
import type { Person } from './person.ts'

export interface LineageAnswer {
  readonly name: string
  readonly title: string
  readonly dataset: {
    readonly name: string
    readonly version: {
      readonly version: number
      readonly rowCount: number
      readonly runs: {
        readonly nodes: readonly {
          readonly id: string
          readonly name: string
          readonly metrics: readonly { readonly key: string; readonly value: number }[]
          readonly modelVersions: {
            readonly nodes: readonly {
              readonly modelName: string
              readonly version: number
              readonly aliases: readonly string[]
              readonly createdBy: { readonly username: string; readonly displayName: string } | null
            }[]
          }
        }[]
      }
    }
  }
}

const question = `query DatasetToPrediction($project: String!, $dataset: String!, $version: Int!) {
  project(name: $project) {
    name
    title
    dataset(name: $dataset) {
      name
      version(version: $version) {
        version
        rowCount
        runs(first: 5) {
          nodes {
            id
            name
            metrics(keys: ["test_accuracy"]) { key value }
            modelVersions(first: 5) { nodes { modelName version aliases createdBy { username displayName } } }
          }
        }
      }
    }
  }
}`

export async function askAcross(person: Person, project: string, dataset: string, version: number): Promise<LineageAnswer> {
  const { project: answer } = await person.graph<{ project: LineageAnswer }>(question, { project, dataset, version })
  const registered = answer.dataset.version.runs.nodes.flatMap((run) => run.modelVersions.nodes)
  if (registered.length === 0) throw new Error('no model version was found behind the dataset version')
  if (registered.some((version) => !version.createdBy)) throw new Error('a model version does not say who registered it')
  return answer
}
