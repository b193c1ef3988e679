/** The peers, unmodified and with their defaults, from locked Python environments. */
import { dirname, join } from 'node:path'
import { homedir } from 'node:os'
import { repositoryPath } from '#shared/paths.ts'
import { ensurePythonEnvironment } from '../../workers/python-environment.ts'
import { databaseBytes, seeder, startChild, untilReady, type Child, type Place, type Server } from './server.ts'

const environments = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sluice-tools', 'python')

async function program(lock: string, name: string, progress: Place['progress']): Promise<string> {
  const { python } = await ensurePythonEnvironment({ lock: repositoryPath('bench', `${lock}.lock`), directory: environments, progress: (what) => progress(`${name}: ${what}`) })
  return join(dirname(python), name)
}

async function serverOf(name: string, version: string, start: () => Child, place: Place): Promise<Server> {
  const url = `http://127.0.0.1:${place.port}`
  if (place.startTwice) {
    const first = start()
    await untilReady(first, `${url}/health`)
    await first.stop()
  }
  const child = start()
  return {
    target: { name, url, server: child.pid, postgres: place.postmaster, databaseUrl: place.databaseUrl, databaseBytes: databaseBytes(place.databaseUrl), seed: seeder(name, place.databaseUrl) },
    version,
    start: await untilReady(child, `${url}/health`),
    stop: () => child.stop(),
  }
}

export async function startMlflow(place: Place): Promise<Server> {
  const mlflow = await program('mlflow-postgres', 'mlflow', place.progress)
  const store = place.databaseUrl.replace(/^postgres:/, 'postgresql+psycopg2:')
  const args = ['server', '--backend-store-uri', store, '--artifacts-destination', join(place.directory, 'artifacts'), '--host', '127.0.0.1', '--port', String(place.port)]
  const env = { PATH: `${dirname(mlflow)}:${process.env['PATH']}`, MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true' }
  return serverOf('mlflow', '3.17.2', () => startChild(mlflow, args, { directory: place.directory, env }), place)
}

export async function startFastTrackMl(place: Place): Promise<Server> {
  const fml = await program('fasttrackml', 'fml', place.progress)
  const args = [
    'server',
    '-a',
    `127.0.0.1:${place.port}`,
    '--database-uri',
    `${place.databaseUrl}?sslmode=disable`,
    '--default-artifact-root',
    join(place.directory, 'artifacts'),
    '--log-level',
    'error',
  ]
  return serverOf('fasttrackml', '0.6.0', () => startChild(fml, args, { directory: place.directory }), place)
}
