/** Replays recorded requests against our routes and compares with what MLflow answered. */
import Fastify, { type FastifyInstance } from 'fastify'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Access } from '#shared/access.ts'
import { repositoryPath } from '#shared/paths.ts'
import { mountRoutes, takeBodiesRaw } from '#shared/rest/mount.ts'
import { withAjaxTwins } from '#shared/rest/route.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { testActor, testProject } from '#shared/testing/actors.ts'
import { probes } from '#tracking/rest/golden-probes.ts'
import { coreRoutes } from '#tracking/rest/routes.ts'
import { startTestTracking, type TestTracking } from '#tracking/store/testing.ts'

interface Answer {
  readonly status: number
  readonly body: unknown
}
const goldens: Readonly<Record<string, Answer>> = JSON.parse(readFileSync(repositoryPath('subgraphs/tracking/rest/goldens.json'), 'utf8'))

/** Where we answer otherwise on purpose, and why. Only the status is compared there. */
const deliberate: Readonly<Record<string, string>> = {
  'server-info': 'we have workspaces and no LLM gateway',
  'exp search bad token': 'a token that is no base64 is called that',
  'exp rename dup': 'a sentence, not the text of a database error',
  'run create empty': 'the empty experiment id is named',
  'runs order run_id asc': 'run ids are random, so which comes first is chance',
}

let tracking: TestTracking
let app: FastifyInstance
beforeAll(async () => {
  tracking = await startTestTracking()
  const actor = testActor('ada', [[testProject('default'), 'owner']])
  const access: Access = { actorOf: () => Promise.resolve(actor), clear: () => undefined }
  app = Fastify()
  takeBodiesRaw(app)
  mountRoutes(app, withAjaxTwins(coreRoutes(tracking)), { access, log: createLog({ service: 'test', level: 'silent' }), callerOf: () => Promise.resolve(actor) })
})
afterAll(async () => {
  await app.close()
  await tracking.close()
})

/** Later requests need what earlier ones saved, so the whole list is one replay. */
const replayed = new Map<string, Answer>()
async function replay(): Promise<void> {
  const saved = new Map<string, string>()
  const filled = (text: string): string => [...saved].sort(([a], [b]) => b.length - a.length).reduce((t, [name, value]) => t.replaceAll(`$${name}`, value), text)
  /** Our experiment ids are random: shown as the ones on record. */
  const ids = new Map<string, string>()
  for (const [name, method, path, { body, query, raw, headers, save } = {}] of probes) {
    const payload = body === undefined ? raw : JSON.stringify(body)
    const response = await app.inject({
      method,
      url: path,
      ...(query ? { query: Object.fromEntries(Object.entries(query).map(([k, v]) => [k, filled(v)])) } : {}),
      ...(payload === undefined ? {} : { payload: filled(payload) }),
      headers: headers ?? (body === undefined ? {} : { 'content-type': 'application/json' }),
    })
    const answer: unknown = response.headers['content-type']?.toString().startsWith('application/json') ? response.json() : response.body
    for (const [key, at] of Object.entries(save ?? {})) saved.set(key, String(dig(answer, at)))
    const made = dig(answer, 'experiment_id')
    if (typeof made === 'string') ids.set(made, String(dig(goldens[name]?.body, 'experiment_id')))
    const shown: unknown = typeof answer === 'string' ? answer : JSON.parse([...ids].reduce((text, [ours, theirs]) => text.replaceAll(ours, theirs), JSON.stringify(answer)))
    replayed.set(name, { status: response.statusCode, body: comparable(shown) })
  }
}

const dig = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((v, part) => (typeof v === 'object' && v !== null ? Object.entries(v).find(([k]) => k === part)?.[1] : undefined), value)

/** What differs from run to run, and what is ours: locations, opaque tokens, the order of lists that have none. */
function comparable(value: unknown): unknown {
  if (typeof value === 'string') return comparableText(value)
  if (typeof value === 'number') return value > 1.7e12 && value < 2e12 ? '<ms>' : value
  if (Array.isArray(value)) {
    const items = value.filter((item) => !/^q\d+$/.test(String(dig(item, 'key')))).map(comparable)
    return items.every((item) => typeof dig(item, 'key') === 'string' && dig(item, 'run_id') === undefined) && !items.every((item) => dig(item, 'step') !== undefined) ? items.sort(byKey) : items
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => {
      if (k === 'artifact_location' || k === 'artifact_uri') return [k, '<ours>']
      if (k === 'next_page_token') return [k, '<token>']
      if (k === 'metrics' && Array.isArray(v) && dig(value, 'tags') !== undefined) return [k, v.map(comparable).sort(byKey)]
      return [k, comparable(v)]
    }),
  )
}
const byKey = (a: unknown, b: unknown): number => (String(dig(a, 'key')) < String(dig(b, 'key')) ? -1 : 1)

function comparableText(text: string): string {
  const shown = text
    .replace(/ Error: <database error text>$/, '')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '<hex32>')
    .replace(/^[a-z]+-[a-z]+-\d{1,3}$/, '<random name>')
  return shown.length <= 200 ? shown : `${shown.slice(0, 20)}...<${shown.length} chars>`
}

it('answers the recorded requests as MLflow did', async () => {
  await replay()
  const differences = Object.entries(goldens).flatMap(([name, golden]) => {
    const ours = replayed.get(name)
    const want = { status: golden.status, body: comparable(golden.body) }
    if (!ours) return []
    if (name in deliberate) return ours.status === want.status ? [] : [{ name, want, ours }]
    return JSON.stringify(sorted(ours)) === JSON.stringify(sorted(want)) ? [] : [{ name, want, ours }]
  })
  for (const { name, want, ours } of differences) console.log(`${name}\n  want ${JSON.stringify(want).slice(0, 1500)}\n  ours ${JSON.stringify(ours).slice(0, 1500)}`)
  expect(differences.map(({ name }) => name)).toEqual([])
  expect(replayed.size).toBeGreaterThan(220)
})

/** The order of fields says nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  )
}
