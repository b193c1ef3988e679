/** The model registry. */
import { randomUUID } from 'node:crypto'
import type { Workload } from '../driver/load.ts'
import { get, post } from '../driver/target.ts'
import { inParallel, modelsFixture, modelSource } from '../fixtures.ts'
import { check } from './check.ts'

export const modelCreate: Workload = {
  id: 'model-create',
  title: 'registered-models/create',
  unit: 'models',
  per: 1,
  setup() {
    const name = `m-${randomUUID()}`
    return Promise.resolve((worker, i) => post('/registered-models/create', { name: `${name}-${worker}-${i}` }))
  },
}

export const versionCreate: Workload = {
  id: 'model-version-create',
  title: 'model-versions/create',
  unit: 'versions',
  per: 1,
  async setup(t, workers) {
    const from = await modelSource(t)
    const name = `mv-${randomUUID()}`
    await inParallel(workers, 8, (worker) => t.call('POST', '/registered-models/create', { name: `${name}-${worker}` }))
    return (worker) => post('/model-versions/create', { name: `${name}-${worker}`, ...from })
  },
}

export const modelLatest: Workload = {
  id: 'model-latest',
  title: 'registered-models/get-latest-versions',
  unit: 'models',
  per: 1,
  seed: modelsFixture,
  async setup(t) {
    await modelsFixture(t)
    const body = { name: 'bench-model-00042' }
    const { model_versions: versions } = await t.call<{ model_versions: { version: string }[] }>('POST', '/registered-models/get-latest-versions', body)
    check(versions.length === 1 && versions[0]?.version === '1', 'version')
    const request = post('/registered-models/get-latest-versions', body)
    return () => request
  },
}

export const modelSearch: Workload = {
  id: 'model-search',
  title: 'registered-models/search, 2,000 models, 100 a page',
  unit: 'models',
  per: 100,
  seed: modelsFixture,
  async setup(t) {
    await modelsFixture(t)
    const query = { max_results: '100', filter: "name LIKE 'bench-model-%'" }
    const { registered_models: models } = await t.call<{ registered_models: object[] }>('GET', '/registered-models/search', query)
    check(models.length === 100, `${models.length} models`)
    const request = get('/registered-models/search', query)
    return () => request
  },
}
