/** Traces and spans over HTTP: what comes back, who may, and what a hostile body does. */
import { gzipSync, deflateRawSync, deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Method } from '#shared/rest/route.ts'
import { dig, startTraceBench, type Reply, type TraceBench, type Who } from '#tracking/rest/trace-testing.ts'

let bench: TraceBench
let experiment: string
beforeAll(async () => {
  bench = await startTraceBench()
  experiment = await bench.newExperiment()
})
afterAll(() => bench.close())

const v3 = '/api/3.0/mlflow/traces'
const v2 = '/api/2.0/mlflow/traces'
let last = 0
const newHex = (): string => `${++last}`.padStart(32, 'a')
const location = () => ({ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experiment } })
const start = (id: string, more: object = {}, who: Who = 'contributor'): Promise<Reply> =>
  bench.send(who, 'POST', v3, { body: { trace: { trace_info: { trace_id: id, trace_location: location(), request_time: '2025-01-01T00:00:00Z', state: 'OK', ...more } } } })

interface JsonSpan {
  readonly [key: string]: unknown
}
const jsonSpan = (traceId: string, more: JsonSpan = {}): JsonSpan => ({
  traceId,
  spanId: '00000000000000b1',
  name: 'root',
  startTimeUnixNano: '1700000000000000001',
  endTimeUnixNano: '1700000001000000002',
  status: { code: 1 },
  ...more,
})
const otlp = (spans: readonly JsonSpan[], resource: object = {}) => ({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })
const json = (): Record<string, string> => ({ 'content-type': 'application/json', 'x-mlflow-experiment-id': experiment })
const export_ = (body: unknown, who: Who = 'contributor'): Promise<Reply> => bench.send(who, 'POST', '/v1/traces', { body, headers: json() })
const whole = (hex: string, who: Who = 'viewer'): Promise<Reply> => bench.send(who, 'GET', `${v3}/get?trace_id=tr-${hex}&allow_partial=true`)

/** One span as the stock client sends it in protobuf (opentelemetry-proto 1.x): a name, both times, every kind of attribute, an event, a link, an error. */
const protobuf = Buffer.from(
  'CqoCEqcCEqQCChABAgMEBQYHCAkKCwwNDg8QEggBAgMEBQYHCCoHZ3LDtsOfZTABOQEAKjb+nJcXQQLKxHH+nJcXSgsKAXMSBgoEdGV4dEoHCgFiEgIQAUoQCgFpEgsYgICAgICAgICAAUoOCgFkEgkhAAAAAAAA8D9KEQoEdGlueRIJIQEAAAAAAAAAShEKBGh1Z2USCSGcdQCIPOQ3fkoZCgRsaXN0EhEqDwoCGAEKCSEAAAAAAADwP0oTCgNtYXASDDIKCggKAWsSAwoBdkoNCgVieXRlcxIEOgIBAkoICgRub25lEgBaGwkDZfdT/pyXFxIHcmV0cmllZBoHCgFuEgIYAmocChAREREREREREREREREREREREggiIiIiIiIiInoHEgNiYWQYAg==',
  'base64',
)

describe('OTLP', () => {
  it('keeps what comes as protobuf and as JSON exactly, and shows both alike', async () => {
    const replies = await Promise.all([
      bench.send('contributor', 'POST', '/v1/traces', { raw: protobuf, headers: { 'content-type': 'application/x-protobuf', 'x-mlflow-experiment-id': experiment } }),
      export_(
        otlp([
          jsonSpan('0102030405060708090a0b0c0d0e0f11', {
            spanId: '0102030405060708',
            parentSpanId: '',
            name: 'größe',
            startTimeUnixNano: '1700000000000000001',
            endTimeUnixNano: '1700000001000000002',
            attributes: [
              { key: 's', value: { stringValue: 'text' } },
              { key: 'b', value: { boolValue: true } },
              { key: 'i', value: { intValue: '-9223372036854775808' } },
              { key: 'd', value: { doubleValue: 1 } },
              { key: 'tiny', value: { doubleValue: 5e-324 } },
              { key: 'huge', value: { doubleValue: 1e300 } },
              { key: 'list', value: { arrayValue: { values: [{ intValue: '1' }, { doubleValue: 1 }] } } },
              { key: 'map', value: { kvlistValue: { values: [{ key: 'k', value: { stringValue: 'v' } }] } } },
              { key: 'bytes', value: { bytesValue: 'AQI=' } },
              { key: 'none', value: {} },
            ],
            events: [{ timeUnixNano: '1700000000500000003', name: 'retried', attributes: [{ key: 'n', value: { intValue: 2 } }] }],
            links: [{ traceId: '11'.repeat(16), spanId: '22'.repeat(8), attributes: [] }],
            status: { code: 'STATUS_CODE_ERROR', message: 'bad' },
          }),
        ]),
      ),
    ])
    expect(replies.map(({ status, body }) => [status, body])).toEqual([
      [200, ''],
      [200, ''],
    ])
    const [first, second] = await Promise.all(
      ['0102030405060708090a0b0c0d0e0f10', '0102030405060708090a0b0c0d0e0f11'].map((hex) =>
        bench.app.inject({ url: `${v3}/get?trace_id=tr-${hex}`, headers: { 'x-who': 'viewer', 'x-project': 'default' } }),
      ),
    )
    const shown = (text = ''): string =>
      text.slice(text.indexOf('"spans"')).replaceAll('tr-0102030405060708090a0b0c0d0e0f11', 'tr-0102030405060708090a0b0c0d0e0f10').replaceAll('AQIDBAUGBwgJCgsMDQ4PEQ==', 'AQIDBAUGBwgJCgsMDQ4PEA==')
    expect(shown(first?.body)).toBe(shown(second?.body))
    for (const part of [
      '"start_time_unix_nano":1700000000000000001,"end_time_unix_nano":1700000001000000002',
      '{"key":"i","value":{"int_value":-9223372036854775808}}',
      '{"key":"d","value":{"double_value":1}}',
      '{"key":"huge","value":{"double_value":1e+300}}',
      '{"key":"tiny","value":{"double_value":5e-324}}',
      '{"array_value":{"values":[{"int_value":1},{"double_value":1}]}}',
      '{"key":"bytes","value":{"string_value":"AQI="}}',
      '{"key":"none","value":{}}',
      '"status":{"message":"bad","code":"STATUS_CODE_ERROR"}',
      '"time_unix_nano":1700000000500000003',
    ])
      expect(first?.body).toContain(part)
  })

  it('derives the trace: state, times, session, user, tokens, words of the resource and of the root', async () => {
    const hex = newHex()
    const usage = (input: number) => ({ key: 'mlflow.chat.tokenUsage', value: { kvlistValue: { values: [{ key: 'input_tokens', value: { intValue: input } }] } } })
    const child = (spanId: string, more: JsonSpan): JsonSpan => jsonSpan(hex, { spanId, parentSpanId: '00000000000000b1', name: 'child', ...more })
    // The children come first, as they end first; the root sums up one of them.
    await export_(
      otlp([
        child('00000000000000c1', { attributes: [usage(3)], startTimeUnixNano: '1700000000500000000' }),
        child('00000000000000c2', { attributes: [{ key: 'gen_ai.operation.name', value: { stringValue: 'chat' } }] }),
      ]),
    )
    expect(dig((await whole(hex)).body, 'trace.trace_info.state')).toBe('IN_PROGRESS')
    await export_(
      otlp(
        [
          jsonSpan(hex, {
            status: { code: 2 },
            attributes: [
              { key: 'session.id', value: { stringValue: 'S1' } },
              { key: 'user.id', value: { stringValue: 'U1' } },
              { key: 'mlflow.spanInputs', value: { stringValue: 'x'.repeat(2_000) } },
              { key: 'mlflow.traceTag.team', value: { stringValue: 'a' } },
              { key: 'mlflow.traceTag.mlflow.trace.spansLocation', value: { stringValue: 'ELSEWHERE' } },
              { key: 'mlflow.traceRequestId', value: { stringValue: 'tr-somebody-else' } },
              usage(5),
            ],
          }),
        ],
        {
          attributes: [
            { key: 'service.name', value: { stringValue: 'svc' } },
            { key: 'mlflow.trace.spansLocation', value: { stringValue: 'ELSEWHERE' } },
          ],
        },
      ),
    )
    const { body } = await whole(hex)
    expect(dig(body, 'trace.trace_info')).toMatchObject({
      trace_id: `tr-${hex}`,
      state: 'ERROR',
      request_time: '2023-11-14T22:13:20Z',
      execution_duration: '1s',
      trace_metadata: { 'mlflow.trace.session': 'S1', 'mlflow.trace.user': 'U1', 'mlflow.trace.tokenUsage': '{"input_tokens": 5, "output_tokens": 0, "total_tokens": 0}' },
      tags: { team: 'a', 'service.name': 'svc', 'mlflow.trace.spansLocation': 'TRACKING_STORE' },
      request_preview: `${'x'.repeat(997)}...`,
    })
    expect(JSON.stringify(body)).not.toContain('somebody-else')
    expect(JSON.stringify(body)).toContain('CHAT_MODEL')
  })

  it('is exact when it is sent again, and lets the finished trace speak for itself', async () => {
    const hex = newHex()
    const spans = otlp([jsonSpan(hex)])
    await export_(spans)
    await start(`tr-${hex}`, { request_time: '2022-01-01T00:00:00Z', execution_duration: '0.007s', tags: { a: 'b' } })
    const before = await whole(hex)
    expect(dig(before.body, 'trace.trace_info')).toMatchObject({ request_time: '2022-01-01T00:00:00Z', execution_duration: '0.007s', state: 'OK' })
    await export_(spans)
    expect(await whole(hex)).toEqual(before)
  })

  it('takes spans of one trace from many senders at once', async () => {
    const hex = newHex()
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, i) => export_(otlp([jsonSpan(hex, { spanId: `${i + 1}`.padStart(16, '0'), ...(i === 0 ? {} : { parentSpanId: '1'.padStart(16, '0') }) })]))),
    )
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200))
    expect(dig((await whole(hex)).body, 'trace.spans')).toHaveLength(12)
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
  ])('unpacks %s', async (encoding, pack) => {
    const hex = newHex()
    const reply = await bench.send('contributor', 'POST', '/v1/traces', { raw: pack(JSON.stringify(otlp([jsonSpan(hex)]))), headers: { ...json(), 'content-encoding': encoding } })
    expect([reply.status, (await whole(hex)).status]).toEqual([200, 200])
  })

  it.each<[string, Buffer | string, Record<string, string>, number, unknown]>([
    ['a small body that unfolds into a large one', gzipSync(Buffer.alloc(64 * 1024 * 1024)), { 'content-encoding': 'gzip' }, 413, undefined],
    ['a large body', Buffer.alloc(17 * 1024 * 1024, ' '), {}, 413, undefined],
    ['another encoding', '{}', { 'content-encoding': 'br' }, 400, 'Unsupported Content-Encoding: br'],
    ['an encoding by the name of a property', '{}', { 'content-encoding': 'constructor' }, 400, 'Unsupported Content-Encoding: constructor'],
    ['what is no gzip', '{}', { 'content-encoding': 'gzip' }, 400, 'Failed to decompress gzip payload'],
    ['what is no JSON', '{', {}, 400, 'Invalid OpenTelemetry format'],
    ['a list', '[]', {}, 400, 'Invalid OpenTelemetry format'],
    ['a group that is none', '{"resourceSpans": [7]}', {}, 400, 'Invalid OpenTelemetry format'],
    ['broken UTF-8', Buffer.from([0x7b, 0xff, 0xfe]), {}, 400, 'Invalid OpenTelemetry format'],
    ['an id that is none', JSON.stringify(otlp([jsonSpan('../..')])), {}, 422, 'Cannot convert OpenTelemetry span to MLflow span'],
    ['an id of zeros', JSON.stringify(otlp([jsonSpan('0'.repeat(32))])), {}, 422, 'Cannot convert OpenTelemetry span to MLflow span'],
    ['a time beyond 64 bits', JSON.stringify(otlp([jsonSpan('1'.repeat(32), { startTimeUnixNano: '18446744073709551616' })])), {}, 400, 'Invalid OpenTelemetry format'],
    ['nesting without end', `{"resourceSpans": ${'['.repeat(100_000)}`, {}, 400, 'Invalid OpenTelemetry format'],
    ['protobuf that lies about its length', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]), { 'content-type': 'application/x-protobuf' }, 400, 'Invalid OpenTelemetry format'],
    ['protobuf with field 0', Buffer.from([0x00, 0x00]), { 'content-type': 'application/x-protobuf' }, 400, 'Invalid OpenTelemetry format'],
  ])('refuses %s', async (_, raw, headers, status, words) => {
    const reply = await bench.send('contributor', 'POST', '/v1/traces', { raw, headers: { ...json(), ...headers } })
    expect(reply.status).toBe(status)
    if (words !== undefined) expect(reply.body).toEqual({ detail: words })
  })

  it('stores what text of PostgreSQL cannot hold as its replacement', async () => {
    const hex = newHex()
    const reply = await export_(
      otlp([
        jsonSpan(hex, {
          name: 'a\u0000b',
          attributes: [
            { key: 'k\u0000', value: { stringValue: '\ud800' } },
            { key: '__proto__', value: { stringValue: 'p' } },
          ],
        }),
      ]),
    )
    expect(reply.status).toBe(200)
    const { body } = await whole(hex)
    expect(JSON.stringify(body)).toContain('a\uFFFDb')
    expect(JSON.stringify(body)).toContain('"key":"__proto__","value":{"string_value":"p"}')
  })

  it('names an experiment that is not there, or is in the trash', async () => {
    const headers = { ...json(), 'x-mlflow-experiment-id': '987' }
    expect(await bench.send('contributor', 'POST', '/v1/traces', { body: otlp([jsonSpan(newHex())]), headers })).toMatchObject({
      status: 404,
      body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'No Experiment with id=987 exists' },
    })
    const gone = await bench.newExperiment()
    await bench.tracking.experiments.delete(bench.scope(bench.project, 'owner'), gone)
    expect((await bench.send('contributor', 'POST', '/v1/traces', { body: otlp([jsonSpan(newHex())]), headers: { ...json(), 'x-mlflow-experiment-id': gone } })).status).toBe(400)
  })
})

describe('traces', () => {
  it.each(['../x', 'a/b', '..', 'a..b', '', 'x'.repeat(129), 'a b', 'a\u0000'])('refuses the id %j', async (id) => {
    expect((await start(id)).status).toBe(400)
  })
  it('refuses what looks like a path wherever an id is looked up', async () => {
    for (const url of [`${v3}/..%2F..%2Fetc`, `${v3}/a%2Fb`, `${v3}/a..b`, `${v3}/a%5Cb/assessments/a-1`, `${v2}/..%2Fx/info`])
      expect([url, (await bench.send('owner', 'GET', url)).status]).toEqual([url, 400])
  })
  it.each<[string, object]>([
    ['a time that is none', { request_time: 'yesterday' }],
    ['a duration that is none', { execution_duration: 'long' }],
    ['tags that are no words', { tags: { a: 1 } }],
    ['tags that are a list', { tags: ['a'] }],
    ['NUL in a tag', { tags: { a: '\u0000' } }],
    ['a place without an experiment', { trace_location: { type: 'MLFLOW_EXPERIMENT' } }],
  ])('refuse %s', async (_, more) => {
    expect((await start(`tr-${newHex()}`, more)).status).toBe(400)
  })
  it('do not believe where a client says that files and spans lie', async () => {
    const hex = newHex()
    const { body } = await start(`tr-${hex}`, { tags: { 'mlflow.artifactLocation': 'file:///etc', 'mlflow.trace.spansLocation': 'TRACKING_STORE' } })
    expect(dig(body, 'trace.trace_info.tags')).toEqual({ 'mlflow.artifactLocation': `mlflow-artifacts:/traces/tr-${hex}/artifacts` })
    expect((await bench.send('contributor', 'PATCH', `${v3}/tr-${hex}/tags`, { body: { key: 'mlflow.trace.spansLocation', value: 'x' } })).status).toBe(400)
  })
  it('are complete only with as many spans as their sender counted', async () => {
    const hex = newHex()
    await export_(otlp([jsonSpan(hex)]))
    await start(`tr-${hex}`, { trace_metadata: { 'mlflow.trace.sizeStats': '{"num_spans": 2}' } })
    expect(await bench.send('viewer', 'GET', `${v3}/get?trace_id=tr-${hex}`)).toMatchObject({
      status: 404,
      body: { message: `Trace with ID tr-${hex} is not fully exported yet, please try again later.` },
    })
    expect((await bench.send('viewer', 'GET', `${v3}/batchGet?trace_ids=tr-${hex}`)).body).toEqual({})
    await export_(otlp([jsonSpan(hex, { spanId: '00000000000000b2', parentSpanId: '00000000000000b1' })]))
    expect(dig((await bench.send('viewer', 'GET', `${v3}/batchGet?trace_ids=tr-${hex}&trace_ids=tr-none`)).body, 'traces')).toHaveLength(1)
  })
  it('belong to the runs they are linked to', async () => {
    const id = `tr-${newHex()}`
    await start(id)
    const run = await bench.tracking.runs.create(bench.scope(bench.project, 'contributor'), { experimentId: experiment })
    const link = (runId: string, ids: readonly string[]): Promise<Reply> => bench.send('contributor', 'POST', `${v2}/link-to-run`, { body: { trace_ids: ids, run_id: runId } })
    expect((await link(run.id, [id, 'tr-none'])).body).toEqual({})
    expect((await link(run.id, [id])).body).toEqual({})
    expect((await link('0'.repeat(32), [id])).status).toBe(404)
    expect(
      (
        await link(
          run.id,
          Array.from({ length: 101 }, () => id),
        )
      ).status,
    ).toBe(400)
    const found = await bench.send('viewer', 'POST', `${v3}/search`, { body: { locations: [location()], filter: `run_id = '${run.id}'` } })
    expect(dig(found.body, 'traces.0.trace_id')).toBe(id)
  })
  it('go by age: the oldest first, no more than asked, and only those that one may', async () => {
    experiment = await bench.newExperiment()
    for (const [i, who] of (['contributor', 'bob', 'bob'] as const).entries()) await start(`tr-old-${i}`, { request_time: `2000-01-0${i + 1}T00:00:00Z` }, who)
    const sweep = (who: Who, more: object = {}): Promise<Reply> =>
      bench.send(who, 'POST', `${v3}/delete-traces`, { body: { experiment_id: experiment, max_timestamp_millis: 2_000_000_000_000, ...more } })
    expect((await sweep('bob', { max_traces: 1 })).body).toEqual({ traces_deleted: 1 })
    expect((await bench.send('viewer', 'GET', `${v3}/tr-old-1`)).status).toBe(404)
    expect((await sweep('bob')).body).toEqual({ traces_deleted: 1 })
    expect((await sweep('maintainer', { max_traces: 1 })).body).toEqual({ traces_deleted: 1 })
  })
})

/** Every way to reach one trace by its id. */
const ways: Readonly<Record<string, readonly [method: Method, path: string, body?: object]>> = {
  get: ['GET', `${v3}/ID`],
  whole: ['GET', `${v3}/get?trace_id=ID`],
  infoV2: ['GET', `${v2}/ID/info`],
  assessment: ['GET', `${v3}/ID/assessments/a-1`],
  setTag: ['PATCH', `${v3}/ID/tags`, { key: 'x', value: 'y' }],
  setTagV2: ['PATCH', `${v2}/ID/tags`, { key: 'x', value: 'y' }],
  deleteTag: ['DELETE', `${v3}/ID/tags`, { key: 'a' }],
  endV2: ['PATCH', `${v2}/ID`, { timestamp_ms: 9, status: 'ERROR' }],
  assess: ['POST', `${v3}/ID/assessments`, { assessment: { assessment_name: 'q', feedback: { value: 1 } } }],
  correct: ['PATCH', `${v3}/ID/assessments/a-1`, { assessment: { rationale: 'r' }, update_mask: 'rationale' }],
  linkPrompts: ['POST', `${v2}/link-prompts`, { trace_id: 'ID', prompt_versions: [{ name: 'p', version: '1' }] }],
}
const writes = Object.keys(ways).filter((name) => ways[name]?.[0] !== 'GET')

describe('who may', () => {
  const id = 'tr-guarded'
  const use = (name: string, who: Who, project = bench.project): Promise<Reply> => {
    const [method, path, body] = ways[name] ?? ['GET', '/']
    return bench.send(who, method, path.replace('ID', id), { project, ...(body ? { body: JSON.parse(JSON.stringify(body).replaceAll('ID', id)) } : {}) })
  }
  let before: Reply
  beforeAll(async () => {
    await start(id, { tags: { a: 'b' }, assessments: [{ assessment_id: 'a-1', assessment_name: 'q', feedback: { value: 0.5 } }] }, 'owner')
    await bench.send('owner', 'POST', '/v1/traces', { body: otlp([jsonSpan('b'.repeat(32))]), headers: json() })
    before = await bench.send('viewer', 'GET', `${v3}/${id}`)
    expect(before.status).toBe(200)
  })
  it.each(writes)('a viewer may not: %s', async (name) => {
    expect(await use(name, 'viewer')).toMatchObject({ status: 403, body: { error_code: 'PERMISSION_DENIED' } })
  })
  it('a viewer starts, sends and deletes nothing', async () => {
    const replies = [
      await start('tr-new', {}, 'viewer'),
      await export_(otlp([jsonSpan(newHex())]), 'viewer'),
      await bench.send('viewer', 'POST', v2, { body: { experiment_id: experiment, timestamp_ms: 1 } }),
      await bench.send('viewer', 'POST', `${v3}/delete-traces`, { body: { experiment_id: experiment, request_ids: [id] } }),
      await bench.send('viewer', 'DELETE', `${v3}/${id}/assessments/a-1`),
    ]
    expect(replies.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403])
  })
  it.each(Object.keys(ways))('the owner of another project does not find it: %s', async (name) => {
    expect((await use(name, 'owner', bench.other)).status).toBe(404)
  })
  it('another project sees nothing of it in lists, and changes nothing by them', async () => {
    const there = { project: bench.other }
    expect((await bench.send('owner', 'POST', `${v3}/search`, { ...there, body: { locations: [location()] } })).body).toEqual({})
    expect((await bench.send('owner', 'POST', `${v3}/batchGetInfos`, { ...there, body: { trace_ids: [id] } })).body).toEqual({})
    expect((await bench.send('owner', 'GET', `${v3}/batchGet?trace_ids=tr-${'b'.repeat(32)}`, there)).body).toEqual({})
    expect((await bench.send('owner', 'POST', `${v3}/delete-traces`, { ...there, body: { experiment_id: experiment, request_ids: [id] } })).body).toEqual({ traces_deleted: 0 })
    expect((await bench.send('owner', 'DELETE', `${v3}/${id}/assessments/a-1`, there)).body).toEqual({})
    expect((await bench.send('owner', 'POST', '/v1/traces', { ...there, body: otlp([jsonSpan(newHex())]), headers: json() })).status).toBe(404)
  })
  it('the same id in two projects is two traces', async () => {
    const theirs = await bench.newExperiment(bench.other)
    const body = { trace: { trace_info: { trace_id: id, trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: theirs } }, tags: { a: 'theirs' } } } }
    expect((await bench.send('owner', 'POST', v3, { project: bench.other, body })).status).toBe(200)
    expect(await bench.send('viewer', 'GET', `${v3}/${id}`)).toEqual(before)
  })
  it("a contributor deletes their own traces and nobody else's", async () => {
    await start('tr-mine', {}, 'bob')
    const remove = (ids: readonly string[]): Promise<Reply> => bench.send('bob', 'POST', `${v3}/delete-traces`, { body: { experiment_id: experiment, request_ids: ids } })
    expect((await remove(['tr-mine', id])).status).toBe(403)
    expect((await remove(['tr-mine'])).body).toEqual({ traces_deleted: 1 })
    expect(await bench.send('viewer', 'GET', `${v3}/${id}`)).toEqual(before)
  })
})
