/** An S3 server of our own over a directory (versitygw, posix backend): objects where everything runs on one machine. */
import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ended, freePort, programOf } from '#shared/local-servers/programs.ts'

export interface LocalS3 {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly pid: number
  stop(signal?: NodeJS.Signals): Promise<void>
}

export interface S3ServerOptions {
  readonly directory: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly port?: number
}

const START_MS = 20_000
export const hasVersitygw = (): boolean => programOf('versitygw') !== undefined

export async function startVersitygw({ directory, accessKeyId, secretAccessKey, port }: S3ServerOptions): Promise<LocalS3> {
  const program = programOf('versitygw')
  if (!program) throw new Error('versitygw is not installed (go install github.com/versity/versitygw/cmd/versitygw)')
  const data = join(directory, 'objects')
  await mkdir(data, { recursive: true, mode: 0o700 })
  const listen = port ?? (await freePort())
  const endpoint = `http://127.0.0.1:${listen}`
  const child = spawn(program, ['--access', accessKeyId, '--secret', secretAccessKey, '--port', `127.0.0.1:${listen}`, '--quiet', 'posix', data], { stdio: 'ignore' })
  for (const end = Date.now() + START_MS; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    // Any answer will do: without credentials it is a refusal.
    if (
      await fetch(endpoint).then(
        () => true,
        () => false,
      )
    )
      break
    if (child.exitCode !== null || Date.now() > end) throw new Error('versitygw did not start')
  }
  return { endpoint, accessKeyId, secretAccessKey, pid: child.pid ?? 0, stop: (signal) => ended(child, signal) }
}
