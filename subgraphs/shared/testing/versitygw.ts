/** A real S3 server for a test file: versitygw over a temporary directory. Where it is not installed the tests say so; in CI that is a failure. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasVersitygw, startVersitygw, type LocalS3 } from '#shared/local-servers/versitygw.ts'

/** Whether the S3 half of a suite can run here. */
export function hasS3Server(): boolean {
  if (hasVersitygw()) return true
  if (process.env['CI']) throw new Error('versitygw is not installed: in CI objects are tested on S3 (.ci/run builds it)')
  return false
}

export async function startTestS3(): Promise<LocalS3> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-s3-'))
  const server = await startVersitygw({ directory, accessKeyId: 'sluice-test', secretAccessKey: 'sluice-test-secret' })
  return {
    ...server,
    async stop(signal) {
      await server.stop(signal)
      await rm(directory, { recursive: true, force: true })
    },
  }
}
