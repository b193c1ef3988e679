/** `sluice demo` as a user runs it, on both topologies; its answer is read again by other requests. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'
import { askAcross } from '../examples/demo/lineage-question.ts'
import { startPlatform, topologies, adminPassword, type Platform } from './harness/platform.ts'
import { startProcess } from './harness/processes.ts'
import { shareDemoEnvironment } from './harness/python-cache.ts'

async function demo(platform: Platform, env: Readonly<Record<string, string>>): Promise<{ code: number | null; output: string }> {
  const node = repositoryPath('node_modules', '.bin', 'node')
  const child = startProcess(node, [repositoryPath('dist', 'sluice.js'), 'demo', '--data-dir', platform.dataDirectory], { cwd: platform.dataDirectory, env: { SLUICE_URL: platform.url, ...env } })
  const code = await new Promise<number | null>((resolve) => child.child.once('close', resolve))
  return { code, output: child.output() }
}

describe.each(topologies)('the demo on the %s platform', (topology) => {
  let platform: Platform
  beforeAll(async () => {
    platform = await startPlatform(topology)
    await shareDemoEnvironment(platform.dataDirectory)
  })
  afterAll(() => platform?.stop())
  // The embedded platform leaves a token for its operator; apart, the demo signs in with the password.
  const credential: Record<string, string> = topology === 'embedded' ? {} : { SLUICE_ADMIN_PASSWORD: adminPassword }

  it('trains, registers, predicts, answers across four subgraphs and shows the refusals', async () => {
    const { code, output } = await demo(platform, credential)
    expect(output).toContain('Done. Look around')
    expect(code).toBe(0)
    expect(output).toMatch(/predicted [\d ]+, actual [\d ]+/)
    expect(output).toContain('403 PERMISSION_DENIED')

    // The same facts over MLflow's REST API instead of the graph.
    const read = async (path: string) => (await platform.admin.rest('GET', `/p/demo/api/2.0/mlflow/${path}`)).json() as Promise<Record<string, unknown>> // objects, as MLflow's answers are
    const { model_version: version } = (await read('registered-models/alias?name=wine-cultivars&alias=champion')) as { model_version: { version: string; run_id: string; status: string } }
    expect([version.version, version.status]).toEqual(['1', 'READY'])
    expect(output).toContain(version.run_id)
    const { run } = (await read(`runs/get?run_id=${version.run_id}`)) as { run: { data: { metrics: { key: string; value: number }[] }; inputs: { dataset_inputs: { dataset: { name: string } }[] } } }
    const accuracy = run.data.metrics.find((m) => m.key === 'test_accuracy')?.value
    expect(accuracy).toBeGreaterThan(0.8)
    expect(output).toContain(String(accuracy))
    expect(run.inputs.dataset_inputs.map((d) => d.dataset.name)).toEqual(['wine'])
    const picture = await platform.admin.rest('GET', `/p/demo/api/2.0/mlflow/artifacts/list?run_id=${version.run_id}`)
    expect(await picture.text()).toContain('confusion_matrix.png')
  }, 600_000)

  it('may be run again', async () => {
    const { code, output } = await demo(platform, credential)
    expect([code, output.includes('Done. Look around')]).toEqual([0, true])
    expect(output).toContain('Created version')
  }, 600_000)

  it('would fail without the model it registered', async () => {
    await expect(askAcross(platform.admin, 'demo', 'wine', 1)).resolves.toBeDefined()
    const removed = await platform.admin.rest('DELETE', '/p/demo/api/2.0/mlflow/registered-models/delete', { name: 'wine-cultivars' })
    expect(removed.status).toBe(200)
    await expect(askAcross(platform.admin, 'demo', 'wine', 1)).rejects.toThrow('no model version')
  })
})
