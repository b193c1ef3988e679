/** A whole platform for a test file, in either topology, started as a user starts it: by the built command line. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repositoryPath } from '#shared/paths.ts'
import { type Person, signIn } from '../../examples/demo/person.ts'
import { startProcess, type Running } from './processes.ts'

export const adminPassword = 'correct horse battery staple'

export interface Platform {
  readonly url: string
  readonly admin: Person
  readonly process: Running
  readonly dataDirectory: string
  stop(): Promise<void>
}

export type Topology = 'embedded' | 'distributed'
export const topologies: readonly Topology[] = ['embedded', 'distributed']
const commandOf: Readonly<Record<Topology, string>> = { embedded: 'start', distributed: 'start:distributed' }

export interface StartOptions {
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Reused between starts of one test; made and removed by us when absent. */
  readonly dataDirectory?: string
}

export async function newDataDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-e2e-'))
  await chmod(directory, 0o755) // as root the databases run as other users
  return directory
}

export async function startPlatform(topology: Topology, options: StartOptions = {}): Promise<Platform> {
  const dataDirectory = options.dataDirectory ?? (await newDataDirectory())
  const node = repositoryPath('node_modules', '.bin', 'node')
  const process = startProcess(node, [repositoryPath('dist', 'sluice.js'), commandOf[topology], '--port', '0', '--data-dir', dataDirectory, '--log-level', 'warn', ...(options.flags ?? [])], {
    cwd: dataDirectory,
    env: { SLUICE_ADMIN_PASSWORD: adminPassword, ...options.env },
  })
  const [, url = ''] = await process.says(/(http:\/\/127\.0\.0\.1:\d+)/)
  return {
    url,
    admin: signIn(url, 'admin', adminPassword),
    process,
    dataDirectory,
    async stop() {
      await process.stop()
      if (!options.dataDirectory) await rm(dataDirectory, { recursive: true, force: true })
    },
  }
}
