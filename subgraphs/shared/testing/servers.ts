/** vitest global set-up: one real PostgreSQL for a test run. Its address reaches the tests as SLUICE_TEST_POSTGRES. */
import { mkdtemp, rm, chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '#shared/db/embedded-postgres.ts'
import { createLog } from '#shared/telemetry/log.ts'

export default async function setup(): Promise<() => Promise<void>> {
  if (process.env['SLUICE_TEST_POSTGRES']) return () => Promise.resolve()
  const directory = await mkdtemp(join(tmpdir(), 'sluice-test-'))
  await chmod(directory, 0o755) // as root the server runs as another user
  const server = await startEmbeddedPostgres({ directory, log: createLog({ service: 'test', level: 'warn' }) })
  process.env['SLUICE_TEST_POSTGRES'] = server.url
  return async () => {
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  }
}
