/**
 * For tests: a real S3 server, versitygw over a directory, so that a test can look at what lies there. Where its binary is
 * missing the tests are reported as not run; in CI that is a failure.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { defaultBuckets, type ObjectStore } from '#shared/objects/object-store.ts'
import { createS3Store } from '#shared/objects/s3-store.ts'
import { freePort } from '#shared/local-servers/programs.ts'

const binary = join(homedir(), '.cache', 'sluice-tools', 'bin', 'versitygw')
const credentials = { accessKeyId: 'sluice-test', secretAccessKey: 'sluice-test-secret' }

/** Whether the tests that follow can run; says so where they cannot. */
export function hasS3Server(): boolean {
  if (existsSync(binary)) return true
  const missing = `there is no ${binary.replace(homedir(), '~')}`
  process.stdout.write(`NOT RUN: artifacts in S3, because ${missing}\n`)
  it.runIf(process.env['CI'])('needs versitygw in CI', () => {
    expect.fail(missing)
  })
  return false
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

export interface S3Server {
  start(): Promise<void>
  /** As a power cut would. */
  kill(): Promise<void>
  store(): Promise<ObjectStore>
  /** Everything it keeps, parts of unfinished uploads included. */
  kept(): Promise<string[]>
  remove(): Promise<void>
}

export async function newS3Server(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-s3-'))
  const [data, meta] = [join(directory, 'data'), join(directory, 'meta')]
  for (const folder of [data, meta]) await mkdir(folder)
  const port = await freePort()
  let server: ChildProcess | undefined
  const kill = async (): Promise<void> => {
    if (!server) return
    const ended = new Promise((resolve) => server?.once('exit', resolve))
    server.kill('SIGKILL')
    await ended
    server = undefined
  }
  return {
    async start() {
      server = spawn(binary, ['--port', `127.0.0.1:${port}`, '--access', credentials.accessKeyId, '--secret', credentials.secretAccessKey, '--quiet', 'posix', '--sidecar', meta, data], {
        stdio: 'ignore',
      })
      await vi.waitUntil(() => answers(port), { timeout: 20_000 })
    },
    kill,
    store: () => createS3Store({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', ...credentials, buckets: defaultBuckets }),
    async kept() {
      const found = await readdir(data, { recursive: true, withFileTypes: true })
      return found
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(data.length + 1))
        .sort()
    },
    async remove() {
      await kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
