import { env } from 'node:process'
import { expect, test, vi } from 'vitest'

test('Apollo is told to report to nobody by whatever loads the graph', async () => {
  vi.resetModules()
  vi.stubEnv('APOLLO_TELEMETRY_DISABLED', undefined)
  await import('#gateway/graphql/graph.ts')
  expect(env['APOLLO_TELEMETRY_DISABLED']).toBe('true')
  vi.unstubAllEnvs()
})
