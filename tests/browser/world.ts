/** What the screens show: a project about the load of a grid, made through the public API as its people would make it. */
import { crc32, deflateSync } from 'node:zlib'
import type { Cast, Name } from '../harness/people.ts'

export interface Entry {
  readonly id: string
  readonly name: string
}
export interface World {
  /** 60 runs with 12 metrics each, most of them bob's. */
  readonly experiment: Entry
  /** Many small runs: more than two pages of the table. */
  readonly sweep: Entry & { readonly size: number }
  /** The run with everything: histories of 200 steps, artifacts, an input, model versions. */
  readonly run: Entry
  /** Its training failed with a NaN. */
  readonly broken: Entry
  readonly model: string
  readonly dataset: string
  readonly csv: string
  readonly text: string
}

export const steps = 200
const hour = 3_600_000
const metricNames = ['val_mape', 'val_rmse', 'val_loss', 'val_r2', 'train_loss', 'learning_rate', 'grad_norm', 'epoch_time', 'gpu_use', 'test_mape', 'test_rmse', 'coverage_90']
const first = ['brisk', 'calm', 'dark', 'deep', 'high', 'long', 'new', 'north', 'old', 'pale']
const second = ['weir', 'bend', 'ford', 'delta', 'basin', 'lock']

/** The same numbers every time (mulberry32), so that a picture changes only when the screen does. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Body = Record<string, unknown>
type Send = (who: Name, path: string, body: Body, method?: string) => Promise<Body>

function sender(url: string, { tokens }: Cast): Send {
  return async (who, path, body, method = 'POST') => {
    const answer = await fetch(`${url}/p/p1/api/2.0/mlflow/${path}`, { method, headers: { authorization: `Bearer ${tokens[who]}`, 'content-type': 'application/json' }, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Body // every answer of this family is an object
  }
}

/** `work` for each item, a few at a time. */
async function each<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  const rest = items.entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of rest) await work(item, index)
  }
  await Promise.all(Array.from({ length: 6 }, worker))
}

/** `sweep`: how many runs the second experiment has. */
export async function makeWorld(url: string, people: Cast, sweep: number): Promise<World> {
  const send = sender(url, people)
  const now = Date.now()
  await people.alice.graph('mutation W($input: UpdateProjectInput!) { updateProject(input: $input) { project { id } } }', {
    input: { project: 'p1', title: 'Grid load', description: 'The load of the grid for the next 36 hours, per region.' },
  })
  const experimentOf = async (name: string, who: Name, tag: string): Promise<Entry> => {
    const { experiment_id } = await send(who, 'experiments/create', { name, tags: [{ key: 'purpose', value: tag }] })
    return { id: String(experiment_id), name }
  }
  const small = await experimentOf('lag-sweep', 'alice', 'sweep')
  const experiment = await experimentOf('hourly-load', 'bob', 'training')
  await each(Array.from({ length: sweep }), async (_, i) => {
    const id = await startRun(send, 'alice', small.id, `sweep-${String(i).padStart(3, '0')}`, now - 72 * hour + i * 60_000)
    await send('alice', 'runs/log-batch', {
      run_id: id,
      metrics: [{ key: 'val_mape', value: 4 + ((i * 37) % 100) / 100, timestamp: now, step: 1 }],
      params: [{ key: 'n_lags', value: String(24 + i) }],
    })
    await send('alice', 'runs/update', { run_id: id, status: 'FINISHED', end_time: now - 71 * hour + i * 60_000 })
  })
  const runs: Entry[] = []
  await each(Array.from({ length: 60 }), async (_, i) => {
    runs[i] = await makeRun(send, experiment.id, i, now)
  })
  const [run, broken] = [runs[3], runs[7]]
  if (!run || !broken) throw new Error('60 runs were made')
  const csv = readings()
  const dataset = await people.bob.uploadDataset('p1', 'meter_readings', 'meter_readings.csv', new TextEncoder().encode(csv))
  await send('bob', 'runs/log-inputs', {
    run_id: run.id,
    datasets: [{ tags: [{ key: 'mlflow.data.context', value: 'training' }], dataset: { name: 'meter_readings', digest: 'b41c09e7', source_type: 'http', source: dataset.source } }],
  })
  const text = await putArtifacts(url, people.tokens.bob, experiment.id, run.id, csv)
  await makeModel(send, run, runs[12] ?? run)
  return { experiment, sweep: { ...small, size: sweep }, run, broken, model: 'hourly-load', dataset: 'meter_readings', csv, text }
}

async function startRun(send: Send, who: Name, experiment: string, name: string, at: number): Promise<string> {
  const created = await send(who, 'runs/create', { experiment_id: experiment, run_name: name, start_time: at })
  return (created as { run: { info: { run_id: string } } }).run.info.run_id // MLflow's shape
}

async function makeRun(send: Send, experiment: string, i: number, now: number): Promise<Entry> {
  const random = randomFrom(i + 1)
  const name = `${first[i % first.length]}-${second[(i * 5) % second.length]}-${412 - i}`
  const who = i % 9 === 4 ? 'alice' : 'bob'
  const [start, length] = [now - (i + 1) * 2.7 * hour, (0.15 + random()) * hour]
  const id = await startRun(send, who, experiment, name, Math.round(start))
  const last: Record<string, number> = Object.fromEntries(metricNames.map((key) => [key, Number((levels[key] ?? 1) * (0.9 + 0.3 * random()))]))
  const points = i === 3 ? steps : 1
  const metrics = metricNames.flatMap((key) =>
    Array.from({ length: key === 'test_mape' || key === 'test_rmse' ? 1 : points }, (_, step) => ({
      key,
      value: valueAt(key, last[key] ?? 1, step, points, random),
      timestamp: Math.round(start + (length * (step + 1)) / points),
      step,
    })),
  )
  if (i === 7) for (const key of ['train_loss', 'val_loss']) metrics.push({ key, value: 'NaN', timestamp: Math.round(start + length), step: points })
  for (let from = 0; from < metrics.length; from += 1000) await send(who, 'runs/log-batch', { run_id: id, metrics: metrics.slice(from, from + 1000) })
  const model = ['gbdt', 'tft', 'nbeats', 'ridge'][i % 4]
  const params = {
    model,
    learning_rate: [0.03, 0.1, 0.05, 0.01][(i * 7) % 4],
    batch_size: 512,
    max_depth: model === 'gbdt' ? 6 + (i % 3) * 2 : undefined,
    n_lags: [72, 168, 336][i % 3],
    optimizer: 'adamw',
    seed: i % 5,
    horizon: 36,
  }
  await send(who, 'runs/log-batch', {
    run_id: id,
    params: Object.entries(params).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: String(value) }])),
    tags: [
      { key: 'team', value: i % 2 ? 'forecast' : 'grid' },
      { key: 'mlflow.source.name', value: 'train.py' },
      { key: 'mlflow.source.git.commit', value: '9f31c0ea4d1b7c2e86a05f3d917be24c60f1a8d5' },
    ],
  })
  if (i > 0) await send(who, 'runs/update', { run_id: id, status: i === 7 ? 'FAILED' : 'FINISHED', end_time: Math.round(start + length) })
  return { id, name }
}

const levels: Readonly<Record<string, number>> = {
  val_mape: 4.4,
  val_rmse: 830,
  val_loss: 0.43,
  val_r2: 0.87,
  train_loss: 0.33,
  learning_rate: 0.008,
  grad_norm: 1.2,
  epoch_time: 37,
  gpu_use: 0.78,
  test_mape: 4.6,
  test_rmse: 851,
  coverage_90: 0.8,
}

/** Losses fall towards their last value, the rest wavers around it; one gradient of a long history overflowed. */
function valueAt(key: string, last: number, step: number, points: number, random: () => number): number | string {
  if (points === 1 || key.startsWith('test_')) return last
  if (key === 'grad_norm' && step === 60) return 'NaN'
  if (/loss|mape|rmse/.test(key)) return last * (1 + 1.6 * Math.exp(-step / 30)) * (1 + 0.02 * (random() - 0.5))
  return last * (1 + 0.05 * Math.sin(step / 14 + key.length) + 0.01 * (random() - 0.5))
}

function readings(): string {
  const random = randomFrom(2025)
  const rows = Array.from({ length: 240 }, (_, i) => {
    const at = new Date(Date.UTC(2025, 11, 1, i)).toISOString().slice(0, 16).replace('T', ' ')
    const region = ['north', 'east', 'south', 'west'][i % 4]
    return [
      at,
      region,
      (42_000 + 9_000 * Math.sin(i / 4) + 2_000 * random()).toFixed(1),
      (4 + 8 * Math.sin(i / 24)).toFixed(1),
      i % 17 === 5 ? '' : (60 + 40 * random()).toFixed(1),
      i % 168 > 120,
    ].join(',')
  })
  return `ts,region,load_mw,temp_c,price_eur,holiday\n${rows.join('\n')}\n`
}

async function putArtifacts(url: string, token: string, experiment: string, run: string, csv: string): Promise<string> {
  const text = `flavors:\n  python_function:\n    loader_module: mlflow.sklearn\nmodel_uuid: ${'5'.repeat(32)}\nsignature: ts, region -> load_mw\n`
  const files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>> = {
    'plots/predicted_vs_actual.png': scatter(640, 420),
    'tables/errors.csv': csv.split('\n').slice(0, 41).join('\n'),
    'model/MLmodel': text,
    'model/requirements.txt': 'mlflow==3.17.2\nscikit-learn==1.7.2\n',
    'report.html': '<!doctype html><title>Report</title><h1>Report</h1><script>window.__xss = 1; parent.__xss = 1; top.__xss = 1</script><img src=x onerror="window.__xss = 1; top.__xss = 1">',
    'drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" onload="window.__xss = 1"><script>window.__xss = 1; top.__xss = 1</script><circle cx="20" cy="20" r="16"/></svg>',
  }
  for (const [path, body] of Object.entries(files)) {
    const answer = await fetch(`${url}/p/p1/api/2.0/mlflow-artifacts/artifacts/workspaces/p1/${experiment}/${run}/artifacts/${path}`, {
      method: 'PUT',
      body,
      headers: { authorization: `Bearer ${token}` },
    })
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`)
  }
  return text
}

/** alice registers what bob trained: v1 serves, v2 waits. */
async function makeModel(send: Send, run: Entry, older: Entry): Promise<void> {
  const name = 'hourly-load'
  await send('alice', 'registered-models/create', { name, description: 'Load for the next 36 hours, per region.', tags: [{ key: 'task', value: 'forecast' }] })
  for (const [who, { id }] of [
    ['alice', older],
    ['bob', run],
  ] as const)
    await send(who, 'model-versions/create', { name, source: `runs:/${id}/model`, run_id: id })
  for (const [version, stage] of [
    ['1', 'Production'],
    ['2', 'Staging'],
  ])
    await send('alice', 'model-versions/transition-stage', { name, version, stage, archive_existing_versions: false })
  await send('alice', 'registered-models/alias', { name, alias: 'champion', version: '1' })
}

/** A PNG of a cloud of points around a diagonal, without any library. */
function scatter(width: number, height: number): Uint8Array<ArrayBuffer> {
  const random = randomFrom(9)
  const line = width * 3 + 1
  const pixels = Buffer.alloc(line * height, 255)
  for (let y = 0; y < height; y++) pixels[y * line] = 0 // no filter
  for (let n = 0; n < 260; n++) {
    const x = Math.floor(20 + random() * (width - 40))
    const y = Math.floor(height - 20 - ((x - 20) / (width - 40)) * (height - 40) + (random() + random() - 1) * 30)
    for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) if (dx * dx + dy * dy < 7 && y + dy >= 0 && y + dy < height) pixels.set([35, 128, 141], (y + dy) * line + 1 + (x + dx) * 3)
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  return Uint8Array.from(Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', head), chunk('IDAT', deflateSync(pixels)), chunk('IEND', Buffer.alloc(0))]))
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const size = Buffer.alloc(4)
  size.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([size, body, check])
}
