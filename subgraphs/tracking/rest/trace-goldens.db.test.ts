/** Replays recorded requests about traces, evaluation datasets and scorers, and compares with what MLflow answered. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'
import { traceProbes } from '#tracking/rest/trace-probes.ts'
import { dig, startTraceBench, type Reply, type TraceBench } from '#tracking/rest/trace-testing.ts'

const goldens: Readonly<Record<string, Reply>> = JSON.parse(readFileSync(repositoryPath('subgraphs/tracking/rest/trace-goldens.json'), 'utf8'))

/** Where we answer otherwise on purpose: the status that we give, and why. */
const deliberate: Readonly<Record<string, readonly [status: number, why: string]>> = {
  'trace full get': [404, 'a trace without spans here is an expected failure, not our defect'],
  'scorer list': [200, 'the experiment does not fit the int32 of the proto: the client would refuse the whole answer'],
}

let bench: TraceBench
let experimentId: string
beforeAll(async () => {
  bench = await startTraceBench()
  experimentId = await bench.newExperiment()
})
afterAll(() => bench.close())

/** Later requests need what earlier ones saved, so the whole list is one replay. */
async function replay(): Promise<Map<string, Reply>> {
  const replayed = new Map<string, Reply>()
  const saved = new Map([['exp', experimentId]])
  const filled = (text: string): string => [...saved].sort(([a], [b]) => b.length - a.length).reduce((t, [name, value]) => t.replaceAll(`$${name}`, value), text)
  for (const [name, method, path, { body, query, raw, headers = {}, save } = {}] of traceProbes) {
    const payload = body === undefined ? raw : JSON.stringify(body)
    const search = query ? `?${new URLSearchParams(Object.fromEntries(Object.entries(query).map(([k, v]) => [k, filled(v)]))).toString()}` : ''
    const reply = await bench.send('owner', method, filled(path) + search, {
      ...(payload === undefined ? {} : { raw: filled(payload) }),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, filled(v)])) },
    })
    for (const [key, at] of Object.entries(save ?? {})) saved.set(key, String(dig(reply.body, at)))
    replayed.set(name, reply)
  }
  return replayed
}

/** What differs from run to run, and what is ours: ids, times, locations, opaque tokens. Of two objects the order of keys says nothing. */
function comparable(value: unknown, key = ''): unknown {
  if (key === 'next_page_token') return '<token>'
  if (typeof value === 'string') return comparableText(value)
  if (typeof value === 'number') return value > 1.7e12 ? '<ms>' : value
  if (Array.isArray(value)) return value.map((item) => comparable(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, comparable(v, k)]),
  )
}

const uuid = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g
function comparableText(text: string): string {
  return text
    .replaceAll(experimentId, '4')
    .replace(/^(?:mlflow-artifacts:|\/tmp\/e1)\/.*\/artifacts$/, '<ours>')
    .replaceAll(/\b(tr|a|d|dr)-[0-9a-f]{32}\b/g, '<$1-id>')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '<hex32>')
    .replaceAll(uuid, '<uuid>')
    .replace(/^[0-9a-f]{8}$/, '<digest8>')
    .replace(/^20(?:2[6-9]|[3-9]\d)-.*Z$/, '<time>')
    .replaceAll(/("(?:created_time|last_update_time)": )\d+/g, '$1<ms>')
}

/** In the recordings every id of an experiment is 4, also where it is a number. */
const withoutExperiment = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll(new RegExp(`"experiment_id":${experimentId}\\b`, 'g'), '"experiment_id":4'))
const recorded = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll('"<ms>"', '1800000000000'))

it('answers the recorded requests as MLflow did', async () => {
  const replayed = await replay()
  const differences = Object.entries(goldens).flatMap(([name, golden]): { name: string; want: unknown; ours: unknown }[] => {
    const ours = replayed.get(name)
    if (!ours) return [{ name, want: golden, ours: null }]
    const exempt = deliberate[name]
    if (exempt) return ours.status === exempt[0] ? [] : [{ name, want: exempt, ours }]
    const [want, have] = [
      { status: golden.status, body: comparable(recorded(golden.body)) },
      { status: ours.status, body: comparable(withoutExperiment(ours.body)) },
    ]
    return JSON.stringify(want) === JSON.stringify(have) ? [] : [{ name, want, ours: have }]
  })
  for (const { name, want, ours } of differences) console.log(`${name}\n  want ${JSON.stringify(want).slice(0, 1_500)}\n  ours ${JSON.stringify(ours).slice(0, 1_500)}`)
  expect(differences.map(({ name }) => name)).toEqual([])
})
