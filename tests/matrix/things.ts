/**
 * The things that examples are about, by kind, and how somebody makes them in a project. An example names the kinds it
 * takes; the matrix hands it things of the project, of another project, or some that never were.
 */
import { randomBytes } from 'node:crypto'
import { newRecords, newScorer } from './evaluation-examples.ts'
import { newAssessment, newSpans, newTrace, newTraceId } from './trace-examples.ts'
import { ask, type Ask, type Credential, send } from './wire.ts'

export interface Things {
  /** Active, with the tag `k`. */
  readonly experiment: { readonly id: string; readonly name: string }
  readonly trashedExperiment: { readonly id: string }
  /** With the metric `acc`, the param `lr`, the tag `k` and the file `notes/a.txt`. */
  readonly run: { readonly id: string; readonly experiment: string }
  readonly trashedRun: { readonly id: string }
  /** With the param `p`, the tag `k` and the file `a.txt`. */
  readonly loggedModel: { readonly id: string; readonly experiment: string }
  /** A registered model with the tag `k`; its version 1 has the tag `k`, the alias `champion` and stands in Staging. */
  readonly model: { readonly name: string }
  /** The same without alias and stage: nobody relies on it. */
  readonly plainModel: { readonly name: string }
  /** It waits for what never happens here, at a public address where nobody is. */
  readonly webhook: { readonly id: string }
  /** With the tag `k`, and something said of it. */
  readonly trace: { readonly id: string; readonly experiment: string; readonly assessment: string }
  /** With the tag `k` and one record. */
  readonly evaluationDataset: { readonly id: string; readonly record: string }
  readonly scorer: { readonly experiment: string; readonly name: string }
  /** A dataset with one version and the tag `k`. */
  readonly dataset: { readonly name: string }
  /** A project of its own with the same people in the same roles. */
  readonly workspace: { readonly name: string }
  /** An account that is a member of nothing. */
  readonly user: { readonly username: string }
  /** An account that is a viewer of the project. */
  readonly member: { readonly username: string }
  /** A token of the one who asks. */
  readonly token: { readonly id: string }
}
export type Kind = keyof Things

/**
 * What lies in one project and must not be told apart from nothing elsewhere. Accounts are of the installation: an owner
 * invites by user name and may therefore learn whether there is such a person.
 */
export const isolated: ReadonlySet<Kind> = new Set<Kind>([
  'experiment',
  'trashedExperiment',
  'run',
  'trashedRun',
  'loggedModel',
  'model',
  'plainModel',
  'webhook',
  'trace',
  'evaluationDataset',
  'scorer',
  'dataset',
])

/** Nothing is announced to it, and nothing answers a test call: port 9 of this machine. */
export const newWebhook = (name: string) => ({ name, url: 'http://127.0.0.1:9/', events: [{ entity: 'BUDGET_POLICY', action: 'EXCEEDED' }] })

let count = 0
/** A name that nobody used before. */
export const newName = (what: string): string => `${what}-${++count}-${randomBytes(4).toString('hex')}`
const hex = (bytes: number): string => randomBytes(bytes).toString('hex')

/** Ids and names of the right shape that never existed. */
export const absent: Things = {
  experiment: { id: '987654321987654321', name: 'never-an-experiment' },
  trashedExperiment: { id: '987654321987654322' },
  run: { id: hex(16), experiment: '987654321987654321' },
  trashedRun: { id: hex(16) },
  loggedModel: { id: `m-${hex(16)}`, experiment: '987654321987654321' },
  model: { name: 'never-a-model' },
  plainModel: { name: 'never-a-plain-model' },
  trace: { id: newTraceId(), experiment: '987654321987654321', assessment: `a-${hex(16)}` },
  evaluationDataset: { id: `d-${hex(16)}`, record: `dr-${hex(16)}` },
  scorer: { experiment: '987654321987654321', name: 'never-a-scorer' },
  webhook: { id: '00000000-0000-7000-8000-000000000001' },
  dataset: { name: 'never_a_dataset' },
  workspace: { name: 'never-a-project' },
  user: { username: 'never-a-user' },
  member: { username: 'never-a-member' },
  token: { id: '00000000-0000-7000-8000-000000000000' },
}

/** Everything that could be told apart in an answer about these things. */
export const namesOf = (things: Partial<Things>): string[] => Object.values(things).flatMap((thing) => Object.values(thing).map(String))

/** What a maker needs to know about the world; world.ts supplies it. */
export interface Ground {
  readonly url: string
  readonly admin: Credential
  /** The members that every workspace of the matrix has. */
  readonly memberships: readonly (readonly [username: string, role: string])[]
}

type Shared = Pick<Things, 'experiment' | 'run'>

/** Makes things in one project as one person. */
export class Maker {
  constructor(
    private readonly ground: Ground,
    readonly project: string,
    private readonly credential: Credential,
    /** Where new runs go and new models come from; made by whoever could. */
    private readonly shared?: Shared,
  ) {}

  make<K extends Kind>(kind: K): Promise<Things[K]> {
    return (this.makers[kind] as () => Promise<Things[K]>)() // `makers` has for each kind the maker of that kind
  }

  async request(method: string, path: string, json?: object, body?: Ask['body'], headers?: Ask['headers']): Promise<unknown> {
    const answer = await send(this.ground.url, this.credential, { method, path: `/p/${this.project}${path}`, json, body, headers })
    if (answer.status >= 300) throw new Error(`the fixture ${method} ${path} was answered with ${answer.status}: ${answer.text}`)
    return answer.text === '' ? {} : (JSON.parse(answer.text) as unknown)
  }
  mlflow(path: string, json: object, method = 'POST'): Promise<unknown> {
    return this.request(method, `/api/2.0/mlflow/${path}`, json)
  }
  private async graph(query: string, input: object, credential = this.credential): Promise<void> {
    const { errors } = await ask(this.ground.url, credential, query, { input })
    if (errors.length > 0) throw new Error(`a fixture was refused: ${JSON.stringify(errors)}`)
  }

  private readonly makers: { readonly [K in Kind]: () => Promise<Things[K]> } = {
    experiment: async () => {
      const name = newName('experiment')
      const { experiment_id: id } = (await this.mlflow('experiments/create', { name, tags: [{ key: 'k', value: 'v' }] })) as { experiment_id: string } // MLflow's shape
      return { id, name }
    },
    trashedExperiment: async () => {
      const { id } = await this.make('experiment')
      await this.mlflow('experiments/delete', { experiment_id: id })
      return { id }
    },
    run: async () => this.runIn((this.shared?.experiment ?? (await this.make('experiment'))).id),
    trashedRun: async () => {
      const { id } = await this.make('run')
      await this.mlflow('runs/delete', { run_id: id })
      return { id }
    },
    loggedModel: async () => this.modelOf(this.shared?.run ?? (await this.make('run'))),
    plainModel: async () => this.registered(this.shared?.run ?? (await this.make('run'))),
    model: async () => {
      const { name } = await this.make('plainModel')
      await this.promote(name)
      return { name }
    },
    webhook: async () => {
      const { webhook } = (await this.mlflow('webhooks', newWebhook(newName('webhook')))) as { webhook: { webhook_id: string } } // MLflow's shape
      return { id: webhook.webhook_id }
    },
    trace: async () => {
      const experiment = (this.shared?.experiment ?? (await this.make('experiment'))).id
      const id = newTraceId()
      await this.request('POST', '/api/3.0/mlflow/traces', newTrace(id, experiment))
      await this.request('POST', '/v1/traces', newSpans(id), undefined, { 'x-mlflow-experiment-id': experiment })
      const { assessment } = (await this.request('POST', `/api/3.0/mlflow/traces/${id}/assessments`, newAssessment(id))) as { assessment: { assessment_id: string } } // MLflow's shape
      return { id, experiment, assessment: assessment.assessment_id }
    },
    evaluationDataset: async () => {
      const name = newName('questions')
      const { dataset } = (await this.request('POST', '/api/3.0/mlflow/datasets/create', { name, tags: '{"k": "v"}' })) as { dataset: { dataset_id: string } } // MLflow's shape
      const path = `/api/3.0/mlflow/datasets/${dataset.dataset_id}/records`
      await this.request('POST', path, newRecords(name))
      const { records } = (await this.request('GET', path)) as { records: string } // MLflow's shape: JSON in JSON
      const [first] = JSON.parse(records) as { dataset_record_id: string }[]
      return { id: dataset.dataset_id, record: first?.dataset_record_id ?? '' }
    },
    scorer: async () => {
      const experiment = (this.shared?.experiment ?? (await this.make('experiment'))).id
      const name = newName('scorer')
      await this.request('POST', '/api/3.0/mlflow/scorers/register', newScorer(experiment, name))
      return { experiment, name }
    },
    dataset: async () => {
      const asked = newName('dataset')
      const { name } = (await this.request('PUT', `/datasets/upload?name=${asked}&filename=${asked}.csv&message=first`, undefined, `a,b\n1,x\n2,${asked}\n`)) as { name: string } // normalised by the server
      await this.graph('mutation($input: SetDatasetTagInput!) { setDatasetTag(input: $input) { __typename } }', { project: this.project, name, key: 'k', value: 'v' })
      return { name }
    },
    workspace: async () => {
      const name = newName('ws')
      await this.graph('mutation($input: CreateProjectInput!) { createProject(input: $input) { __typename } }', { project: name }, this.ground.admin)
      for (const [username, role] of this.ground.memberships)
        await this.graph('mutation($input: SetMemberInput!) { setMember(input: $input) { __typename } }', { project: name, username, role }, this.ground.admin)
      return { name }
    },
    user: async () => {
      const username = newName('user')
      await this.graph('mutation($input: CreateUserInput!) { createUser(input: $input) { __typename } }', { username, password: 'a long enough password' }, this.ground.admin)
      return { username }
    },
    member: async () => {
      const { username } = await this.make('user')
      await this.graph('mutation($input: SetMemberInput!) { setMember(input: $input) { __typename } }', { project: this.project, username, role: 'VIEWER' }, this.ground.admin)
      return { username }
    },
    token: async () => {
      const { data, errors } = await ask(this.ground.url, this.credential, 'mutation($input: CreateTokenInput!) { createToken(input: $input) { token { id } } }', { input: { name: 'to be revoked' } })
      if (errors.length > 0) throw new Error(`a token was refused: ${JSON.stringify(errors)}`)
      return { id: (data as { createToken: { token: { id: string } } }).createToken.token.id } // the shape of the document above
    },
  }

  async runIn(experiment: string): Promise<Things['run']> {
    const created = (await this.mlflow('runs/create', { experiment_id: experiment, run_name: 'fixture', start_time: 1, tags: [{ key: 'k', value: 'v' }] })) as { run: { info: { run_id: string } } } // MLflow's shape
    const id = created.run.info.run_id
    await this.mlflow('runs/log-batch', { run_id: id, metrics: [{ key: 'acc', value: 0.5, timestamp: 1, step: 1 }], params: [{ key: 'lr', value: '0.1' }] })
    await this.put(`${experiment}/${id}/artifacts/notes/a.txt`)
    return { id, experiment }
  }

  async modelOf({ id: run, experiment }: Things['run']): Promise<Things['loggedModel']> {
    const pair = [{ key: 'k', value: 'v' }]
    const created = (await this.mlflow('logged-models', { experiment_id: experiment, name: 'fixture', model_type: 'sklearn', source_run_id: run, params: [{ key: 'p', value: '1' }], tags: pair })) as {
      model: { info: { model_id: string } }
    } // MLflow's shape
    const id = created.model.info.model_id
    await this.put(`${experiment}/models/${id}/artifacts/a.txt`)
    return { id, experiment }
  }

  async registered(run: Things['run'], loggedModel?: Things['loggedModel']): Promise<Things['plainModel']> {
    const name = newName('model')
    const tags = [{ key: 'k', value: 'v' }]
    await this.mlflow('registered-models/create', { name, tags })
    await this.mlflow('model-versions/create', { name, source: loggedModel ? `models:/${loggedModel.id}` : `runs:/${run.id}/notes`, run_id: run.id, model_id: loggedModel?.id, tags })
    return { name }
  }

  async promote(name: string): Promise<void> {
    await this.mlflow('registered-models/alias', { name, alias: 'champion', version: '1' })
    await this.mlflow('model-versions/transition-stage', { name, version: '1', stage: 'Staging' })
  }

  private async put(path: string): Promise<void> {
    await this.request('PUT', `/api/2.0/mlflow-artifacts/artifacts/workspaces/${this.project}/${path}`, undefined, 'content')
  }
}
