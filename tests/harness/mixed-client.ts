/** Somebody who works while processes die: writes and reads, remembers what was acknowledged and what was answered wrongly. */
import type { Person } from '../../examples/demo/person.ts'

export interface Ledger {
  /** Runs whose batch was answered with 200, with the value that was logged. */
  readonly acknowledged: Map<string, number>
  /** Answers that must never be: a 2xx that lies, a 4xx to a good request, a 500. */
  readonly wrong: string[]
  /** How often each kind of answer came. */
  readonly counts: Record<string, number>
}

interface GraphAnswer {
  readonly data?: { project?: { experiment?: { runs?: { nodes: readonly unknown[] } | null } | null } | null } | null
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[]
}

const question = 'query Runs($id: ID!) { project(name: "p1") { experiment(id: $id) { runs(first: 5) { nodes { id modelVersions { nodes { version } } } } } } }'

/** Works until `stop` resolves. The experiment must hold at least one run. */
export async function workUntil(stop: Promise<void>, person: Person, experiment: string): Promise<Ledger> {
  const ledger: Ledger = { acknowledged: new Map(), wrong: [], counts: {} }
  let stopped = false
  void stop.then(() => {
    stopped = true
  })
  const count = (kind: string): void => {
    ledger.counts[kind] = (ledger.counts[kind] ?? 0) + 1
  }
  /** A good request may be answered well, not at all, or with 503. */
  const send = async (method: string, path: string, body?: object): Promise<Record<string, unknown> | undefined> => {
    let answer: Response
    let text: string
    try {
      answer = await person.rest(method, path, body)
      text = await answer.text()
    } catch {
      count('no answer')
      return undefined
    }
    count(`${path.split('/').at(-1)?.split('?', 1)[0]} ${answer.status}`)
    if (answer.ok) return JSON.parse(text) as Record<string, unknown> // JSON objects everywhere
    if (answer.status !== 503 && answer.status !== 502 && answer.status !== 504) ledger.wrong.push(`${method} ${path}: ${answer.status} ${text.slice(0, 200)}`)
    return undefined
  }
  const write = async (worker: number, n: number): Promise<void> => {
    const created = await send('POST', '/p/p1/api/2.0/mlflow/runs/create', { experiment_id: experiment, start_time: Date.now() })
    const id = (created as { run?: { info: { run_id: string } } } | undefined)?.run?.info.run_id // MLflow's shape
    if (!id) return
    const value = worker * 1_000_000 + n
    if (await send('POST', '/p/p1/api/2.0/mlflow/runs/log-batch', { run_id: id, metrics: [{ key: 'n', value, timestamp: 1, step: 0 }] })) ledger.acknowledged.set(id, value)
  }
  const read = async (): Promise<void> => {
    const answer = (await send('POST', '/graphql', { query: question, variables: { id: experiment } })) as GraphAnswer | undefined
    if (!answer) return
    const nodes = answer.data?.project?.experiment?.runs?.nodes
    if (!answer.errors?.length && !nodes?.length) ledger.wrong.push(`an outage was answered as an empty list: ${JSON.stringify(answer).slice(0, 200)}`)
    for (const { extensions } of answer.errors ?? [])
      if (!['SUBGRAPH_DOWN', 'SUBGRAPH_TIMEOUT', 'UNAVAILABLE'].includes(extensions?.code ?? '')) ledger.wrong.push(`an outage was called ${extensions?.code}`)
  }
  const worker = async (number: number): Promise<void> => {
    for (let n = 0; !stopped; n++) {
      await (n % 3 === 2 ? read() : write(number, n))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await Promise.all([1, 2, 3].map(worker))
  return ledger
}
