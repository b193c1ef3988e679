import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { growthByLargeFile } from '#tracking/rest/artifacts-large-testing.ts'
import { startArtifactBench, type ArtifactBench } from '#tracking/rest/artifacts-testing.ts'

let bench: ArtifactBench
beforeAll(async () => {
  bench = await startArtifactBench()
})
afterAll(() => bench.stop())

describe('300 MiB in files', () => {
  it('go in and come out unchanged without growing the process by more than 64 MiB', async () => {
    expect(await growthByLargeFile(bench)).toBeLessThan(64)
  })
})
