/**
 * `sluice demo`: the main job on real input, through the public door only. Makes a project with two people, uploads a
 * table, trains with the unmodified mlflow client, registers, predicts, asks one question across all four subgraphs and
 * shows that the weaker person is refused. Running it again is harmless.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repositoryPath } from '#shared/paths.ts'
import { ensurePythonEnvironment } from '../../workers/python-environment.ts'
import { askAcross, type LineageAnswer } from './lineage-question.ts'
import { type Person, signIn } from './person.ts'

const project = 'demo'
const modelName = 'wine-cultivars'

export interface DemoOptions {
  /** The platform's address without a trailing slash. */
  readonly url: string
  /** Python environments and the table are kept below it. */
  readonly dataDirectory: string
  readonly admin: Person
  readonly say: (line: string) => void
}

export interface DemoResult {
  readonly runId: string
  readonly modelVersion: number
  readonly answer: LineageAnswer
  readonly refusals: readonly string[]
}

export async function runDemo({ url, dataDirectory, admin, say }: DemoOptions): Promise<DemoResult> {
  say('1/7  Making the project and two people')
  await admin.ensureProject(project, 'Wine cultivars', 'Which cultivar is this wine from? The tour of Sluice.')
  const dana = await member(admin, url, 'demo-dana', 'Dana Demo', 'MAINTAINER')
  const vera = await member(admin, url, 'demo-vera', 'Vera Viewer', 'VIEWER')

  say('2/7  Preparing the locked Python environment')
  const { python } = await ensurePythonEnvironment({ lock: repositoryPath('workers', 'requirements.lock'), directory: join(dataDirectory, 'python'), progress: (what) => say(`     ${what}`) })
  const table = join(dataDirectory, 'demo', 'wine.csv')
  await mkdir(join(dataDirectory, 'demo'), { recursive: true })
  await runPython(python, [repositoryPath('examples', 'demo', 'make_table.py'), table], {}, say)

  say('3/7  Uploading wine.csv as a dataset')
  const dataset = await dana.uploadDataset(project, 'wine', 'wine.csv', await readFile(table))
  say(`     version ${dataset.version} at ${dataset.source}`)

  say('4/7  Training with the stock mlflow client')
  const lastLine = await runPython(
    python,
    [repositoryPath('examples', 'demo', 'train.py')],
    {
      MLFLOW_TRACKING_URI: `${url}/p/${project}`,
      MLFLOW_TRACKING_TOKEN: await dana.newToken('demo training', project),
      DATASET_URL: dataset.source,
      MODEL_NAME: modelName,
      MLFLOW_DISABLE_TELEMETRY: 'true',
      DO_NOT_TRACK: 'true',
    },
    say,
  )
  const trained: { run_id: string; version: number; predicted: number[]; actual: number[] } = JSON.parse(lastLine)

  say('5/7  The registered model came back as models:/wine-cultivars@champion and predicts')
  say(`     predicted ${trained.predicted.join(' ')}, actual ${trained.actual.join(' ')}`)

  say('6/7  One question across all four subgraphs, asked by the viewer')
  const answer = await askAcross(vera, project, 'wine', dataset.version)
  say(JSON.stringify(answer, null, 2))

  say('7/7  What the viewer may not do')
  const refusals = await refused(vera, trained.run_id)
  for (const refusal of refusals) say(`     ${refusal}`)
  say(`Done. Look around: ${url}/p/${project}`)
  return { runId: trained.run_id, modelVersion: trained.version, answer, refusals }
}

async function member(admin: Person, url: string, username: string, displayName: string, role: 'MAINTAINER' | 'VIEWER'): Promise<Person> {
  const password = randomBytes(18).toString('base64url')
  await admin.ensureUser(username, displayName, password)
  await admin.setMember(project, username, role)
  return signIn(url, username, password)
}

/** Each attempt must be refused; one that succeeds is a defect and ends the demo. */
async function refused(viewer: Person, runId: string): Promise<string[]> {
  const log = await viewer.rest('POST', `/p/${project}/api/2.0/mlflow/runs/log-parameter`, { run_id: runId, key: 'by', value: 'viewer' })
  if (log.status !== 403) throw new Error(`the viewer's log-parameter was answered with ${log.status}, expected 403`)
  const promote = await viewer.graphErrors('mutation Promote($input: SetModelAliasInput!) { setModelAlias(input: $input) { __typename } }', {
    input: { project, model: modelName, alias: 'champion', version: 1 },
  })
  if (!promote.includes('FORBIDDEN')) throw new Error(`the viewer's setModelAlias was not refused: ${promote.join(', ') || 'no error'}`)
  return ['logging a parameter over MLflow’s REST API: 403 PERMISSION_DENIED', 'moving the alias @champion in the graph: FORBIDDEN']
}

/** Runs a Python program with nothing of our environment but what it needs; answers its last line of output. */
function runPython(python: string, args: readonly string[], env: Readonly<Record<string, string>>, say: (line: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: '/usr/bin:/bin', HOME: '/tmp', LANG: 'C.UTF-8', ...env } })
    let out = ''
    let errors = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4_000)
      for (const line of chunk.toString().split('\n')) if (/epoch|View run|Created version|Successfully registered/.test(line)) say(`     ${line.trim()}`)
    })
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(out.trim().split('\n').at(-1) ?? '') : reject(new Error(`${args[0]} ended with code ${code}:\n${errors}`))))
  })
}
