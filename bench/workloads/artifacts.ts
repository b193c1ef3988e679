/** Artifacts through the server. Paths are those of a run, which every server takes. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Workload } from '../driver/load.ts'
import type { Target } from '../driver/target.ts'
import { modelSource } from '../fixtures.ts'
import { check } from './check.ts'

const megabyte = Buffer.alloc(2 ** 20, randomBytes(4096))

/** mlflow-artifacts:/1/abc/artifacts/model → the proxy's path. */
async function pathOf(t: Target, name: string): Promise<string> {
  const { source } = await modelSource(t)
  return `/api/2.0/mlflow-artifacts/artifacts/${source.replace(/^mlflow-artifacts:\/+/, '').replace(/model$/, name)}`
}

export const artifactPut: Workload = {
  id: 'artifact-put-1mb',
  title: 'artifact upload, 1 MB',
  unit: 'MB',
  per: 1,
  cap: 100,
  async setup(t) {
    const path = await pathOf(t, randomUUID())
    return (worker, i) => ({ method: 'PUT', path: `${path}-${worker}-${i}.bin`, body: megabyte, type: 'application/octet-stream' })
  },
}

export const artifactGet: Workload = {
  id: 'artifact-get-1mb',
  title: 'artifact download, 1 MB',
  unit: 'MB',
  per: 1,
  cap: 100,
  async setup(t) {
    const path = await pathOf(t, `${randomUUID()}.bin`)
    await t.send({ method: 'PUT', path, body: megabyte, type: 'application/octet-stream' })
    const { status, bytes } = await t.send({ method: 'GET', path })
    check(status === 200 && bytes === megabyte.length, `status ${status}, ${bytes} bytes`)
    return () => ({ method: 'GET', path })
  },
}

export const bigMegabytes = 500

export const artifactPutBig: Workload = {
  id: 'artifact-put-500mb',
  title: 'artifact upload, 500 MB, one client',
  unit: 'MB',
  per: bigMegabytes,
  cap: 1,
  workers: 1,
  warm: 0,
  async setup(t) {
    const path = await pathOf(t, 'big.bin')
    return () => ({ method: 'PUT', path, stream: { bytes: bigMegabytes * megabyte.length, chunk: megabyte } })
  },
}

export const artifactGetBig: Workload = {
  id: 'artifact-get-500mb',
  title: 'artifact download, 500 MB, one client',
  unit: 'MB',
  per: bigMegabytes,
  cap: 1,
  workers: 1,
  warm: 0,
  async setup(t) {
    const path = await pathOf(t, 'big.bin')
    return () => ({ method: 'GET', path })
  },
}
