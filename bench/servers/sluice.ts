/** Sluice as a user starts it: the built command line under the flags of scripts/start.mjs, with authentication and permissions. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { repositoryPath, repositoryRoot } from '#shared/paths.ts'
import { serverFlags } from '../../scripts/bootstrap/server-flags.mjs'
import { signIn } from '../../examples/demo/person.ts'
import { databaseBytes, seeder, startChild, untilReady, type Place, type Server } from './server.ts'

const password = 'correct horse battery staple'
export const defaultNodeFlags: readonly string[] = serverFlags

export interface SluiceOptions {
  readonly name?: string
  readonly auth?: 'on' | 'off'
  readonly nodeFlags?: readonly string[]
}

export async function startSluice(place: Place, { name = 'sluice', auth = 'on', nodeFlags = defaultNodeFlags }: SluiceOptions = {}): Promise<Server> {
  const url = `http://127.0.0.1:${place.port}`
  const flags = ['--port', String(place.port), '--data-dir', join(place.directory, 'data'), '--database-url', place.databaseUrl, '--log-level', 'warn', '--auth', auth]
  const command = [...nodeFlags, repositoryPath('dist', 'sluice.js'), 'start', ...flags]
  const start = () => startChild(repositoryPath('node_modules', '.bin', 'node'), command, { directory: place.directory, env: { SLUICE_ADMIN_PASSWORD: password } })
  const first = start() // creates its tables
  await untilReady(first, `${url}/health`)
  await first.stop()
  const child = start()
  const took = await untilReady(child, `${url}/health`)
  const token = auth === 'on' ? await memberToken(url) : undefined
  return {
    target: {
      name,
      url,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      server: child.pid,
      postgres: place.postmaster,
      databaseUrl: place.databaseUrl,
      databaseBytes: databaseBytes(place.databaseUrl),
      seed: seeder('sluice', place.databaseUrl),
    },
    version: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: repositoryRoot }).toString().trim(),
    start: took,
    stop: () => child.stop(),
  }
}

/** Somebody with a role in one project, not an administrator: every decision looks at her grants. */
async function memberToken(url: string): Promise<string> {
  const admin = signIn(url, 'admin', password)
  await admin.ensureUser('bench', 'Bench', password)
  await admin.setMember('default', 'bench', 'CONTRIBUTOR')
  return signIn(url, 'bench', password).newToken('bench', 'default')
}
