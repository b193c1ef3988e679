/**
 * docker-compose.yml against the code, the Dockerfile and the build. It is not started here: the machines that build Sluice
 * have no Docker engine (docs/how-to/run-distributed.md says so).
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { type FlagName, flagNames, flags, listensOnLoopback, readConfig, variableOf } from '#gateway/config.ts'
import { ensureKeys } from '#gateway/distributed/keys.ts'
import { faceNames } from '#gateway/faces.ts'
import { repositoryPath } from '#shared/paths.ts'
import { processVariables, readNeighbourConfig, readProcessConfig } from '#shared/process-config.ts'
import { subgraphNames } from '#shared/subsystem.ts'

const service = z.object({
  build: z.object({ context: z.literal('.'), target: z.string() }).optional(),
  image: z.string().optional(),
  command: z.union([z.string(), z.array(z.string())]).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.enum(['service_healthy', 'service_completed_successfully']) })).default({}),
  healthcheck: z.looseObject({}).optional(),
})
const compose = z.object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.unknown()), networks: z.record(z.string(), z.unknown()) })

const read = (path: string): string => readFileSync(repositoryPath(path), 'utf8')
const text = read('docker-compose.yml')
const dockerfile = read('Dockerfile')
const { services, ...declared } = compose.parse(parse(text, { merge: true }))
const entries = Object.entries(services)
const ours = entries.filter(([, { build }]) => build !== undefined)
const processes = ['gateway', ...subgraphNames] as const

/** `${NAME:-default}` and `${NAME:?message}` as the shell of somebody who set only what is required. */
const required: Readonly<Record<string, string>> = { SLUICE_ADMIN_PASSWORD: 'long enough for admin' }
const filledIn = (value: string): string =>
  value.replaceAll(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => (kind === '-' ? rest : (required[name] ?? `missing ${name}`)))
const environmentOf = (name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(services[name]?.environment ?? {}).map(([variable, value]) => [variable, filledIn(value).replace(/^\/keys(?=\/)/, keys)]))

let keys: string
beforeAll(async () => {
  keys = await mkdtemp(join(tmpdir(), 'sluice-keys-'))
  await ensureKeys(keys)
})
afterAll(() => rm(keys, { recursive: true, force: true }))

describe('docker-compose.yml', () => {
  it('has the eight services, and one that makes keys', () => {
    expect(Object.keys(services).sort()).toEqual([...processes, 'keys', 'mysql', 'objects', 'postgres'].sort())
  })

  it('waits only for services that there are, and uses volumes and networks that are declared', () => {
    for (const [name, { depends_on, volumes, networks }] of entries) {
      for (const other of Object.keys(depends_on)) expect(Object.keys(services), name).toContain(other)
      for (const volume of volumes.map((mount) => mount.split(':', 1)[0] ?? '').filter((source) => !source.startsWith('.'))) expect(Object.keys(declared.volumes), name).toContain(volume)
      for (const network of networks) expect(Object.keys(declared.networks), name).toContain(network)
    }
  })

  it('can tell of whatever others wait for that it is healthy', () => {
    const awaited = entries.flatMap(([, { depends_on }]) => Object.entries(depends_on).flatMap(([name, { condition }]) => (condition === 'service_healthy' ? [name] : [])))
    for (const name of new Set(awaited)) expect(services[name]?.healthcheck ?? (services[name]?.build && /^HEALTHCHECK /m.test(dockerfile)), name).toBeTruthy()
  })

  it('publishes ports on this machine only: the faces, and nothing but the gateway', () => {
    expect(entries.filter(([, { ports }]) => ports.length > 0).map(([name]) => name)).toEqual(['gateway'])
    expect(services['gateway']?.ports.map((port) => port.split(':')).sort()).toEqual(faceNames.map((port) => ['127.0.0.1', port, port]).sort())
  })

  it('keeps databases and objects off the outer network', () => {
    for (const [name, { networks }] of entries) if (name !== 'gateway') expect(networks, name).not.toContain('outer')
    expect(declared.networks['inner']).toEqual({ internal: true })
  })

  it('is explained: each variable that it takes from the shell is in run-distributed.md', () => {
    const taken = new Set([...text.matchAll(/\$\{(\w+):/g)].map(([, name = '']) => name))
    const guide = read('docs/how-to/run-distributed.md')
    expect([...taken].filter((name) => !guide.includes(`\`${name}\``))).toEqual([])
  })
})

describe('what is built', () => {
  it.each(ours)('%s: a target of the Dockerfile', (_, { build }) => expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${build?.target}$`, 'm')))

  it('every file that a command starts is one that the build makes', async () => {
    const started = [...`${dockerfile}\n${text}`.matchAll(/\bdist\/(\w+)\.js/g)].map(([, name = '']) => name)
    const folders = await readdir(repositoryPath('subgraphs'))
    const made = ['sluice', ...folders.filter((name) => subgraphNames.some((known) => known === name))] // scripts/build.mjs entryPoints()
    expect(started.length).toBeGreaterThanOrEqual(processes.length)
    expect(started.filter((name) => !made.includes(name))).toEqual([])
    expect(read('scripts/build.mjs')).toContain("sluice: 'gateway/main.ts'")
  })

  it('every process of ours has its own target and starts its own file', () => {
    for (const name of processes) {
      expect(services[name]?.build?.target).toBe(name)
      const file = name === 'gateway' ? '"dist/sluice.js", "gateway"' : `"dist/${name}.js"`
      expect(dockerfile).toContain(`AS ${name}\nCMD ["node", ${file}]`)
    }
  })
})

describe('the environment', () => {
  const known = new Set([...Object.keys(processVariables), ...flagNames.flatMap((name: FlagName) => [variableOf(name), ...aliasesOf(name)])])

  it.each(ours)('of %s has only variables that our processes read', (_, { environment }) => expect(Object.keys(environment).filter((name) => !known.has(name))).toEqual([]))

  it('of the gateway is a configuration that it starts with', () => {
    const environment = environmentOf('gateway')
    const config = readConfig([], environment)
    expect(config.faces).toEqual(faceNames.map(Number))
    expect(config.port).toBe(3000)
    // Beyond loopback the gateway asks for the password of admin (gateway/platform.ts).
    expect(listensOnLoopback(config) || config.adminPassword).toBe(required['SLUICE_ADMIN_PASSWORD'])
    expect(Object.keys(readNeighbourConfig(environment).SLUICE_PEERS).sort()).toEqual([...subgraphNames].sort())
  })

  // An address of this machine that nobody else uses, so that the ports are free; only Linux has all of 127/8.
  it.skipIf(process.platform !== 'linux')('of the gateway starts it, on every face', async () => {
    const host = '127.0.83.9'
    const environment = { ...environmentOf('gateway'), SLUICE_HOST: host, PATH: process.env['PATH'] ?? '' }
    const gateway = spawn(repositoryPath('node_modules', '.bin', 'node'), ['--import', 'tsx', repositoryPath('gateway', 'main.ts'), 'gateway'], { cwd: repositoryPath(), env: environment })
    const ended = new Promise((resolve) => gateway.once('close', resolve))
    const said = await new Promise<string>((resolve) => {
      let words = ''
      gateway.stdout.resume()
      gateway.stderr.on('data', (chunk: Buffer) => {
        words += chunk.toString()
        if (words.includes('MLflow clients')) resolve(words)
      })
      void ended.then(() => resolve(words))
    })
    try {
      expect(said).toContain('Sluice is ready: http://localhost:3000')
      for (const port of faceNames) expect(await (await fetch(`http://${host}:${port}/health`)).text(), port).toBe('OK')
    } finally {
      gateway.kill('SIGTERM')
      await ended
    }
  })

  it.each(subgraphNames)('of %s is a configuration that it starts with', (name) => {
    const config = readProcessConfig(environmentOf(name))
    expect(config.SLUICE_DATABASE_URL).toMatch(name === 'identity' ? /^mysql:/ : /^postgres:/)
    expect(config.SLUICE_PEERS[name]).toBe(`http://${name}:${config.SLUICE_PORT}`)
    expect(config.SLUICE_BIND).toBe('0.0.0.0')
    expect(config.SLUICE_INNER_PUBLIC_KEY).toContain('PUBLIC KEY')
  })

  it('names hosts that are services', () => {
    const urls = [...processes].flatMap((name) =>
      Object.values(environmentOf(name)).flatMap((value) => [...value.matchAll(/(?:https?|mysql|postgres):\/\/(?:[^@/,]*@)?([\w.-]+)/g)].map(([, host = '']) => host)),
    )
    expect([...new Set(urls)].filter((host) => host !== 'localhost' && !(host in services))).toEqual([])
  })

  it('gives every process the same keys, and lets the user of the image read them', () => {
    const shared = ['SLUICE_INNER_PRIVATE_KEY', 'SLUICE_INNER_PUBLIC_KEY', 'SLUICE_SECRET_KEY']
    for (const variable of shared) expect(new Set(processes.map((name) => services[name]?.environment[variable])).size, variable).toBe(1)
    for (const name of processes) expect(services[name]?.volumes, name).toContain('keys:/keys:ro')
    expect(dockerfile).toMatch(/^USER node$/m)
    expect(String(services['keys']?.command)).toContain('chown -R node:node /keys')
  })

  it('gives the databases the names and passwords that the processes use', () => {
    const [postgres, mysql, objects] = ['postgres', 'mysql', 'objects'].map(environmentOf)
    const main = new URL(environmentOf('tracking')['SLUICE_DATABASE_URL'] ?? '')
    expect([main.username, main.password, main.pathname]).toEqual([postgres?.['POSTGRES_USER'], postgres?.['POSTGRES_PASSWORD'], `/${postgres?.['POSTGRES_DB']}`])
    const people = new URL(environmentOf('identity')['SLUICE_DATABASE_URL'] ?? '')
    expect([people.username, people.password]).toEqual([mysql?.['MYSQL_USER'], mysql?.['MYSQL_PASSWORD']])
    expect(read('deploy/mysql/databases.sql')).toContain(`CREATE DATABASE IF NOT EXISTS ${people.pathname.slice(1)} `)
    const tracking = environmentOf('tracking')
    expect([tracking['AWS_ACCESS_KEY_ID'], tracking['AWS_SECRET_ACCESS_KEY']]).toEqual([objects?.['MINIO_ROOT_USER'], objects?.['MINIO_ROOT_PASSWORD']])
  })
})

function aliasesOf(name: FlagName): readonly string[] {
  const spec: { readonly aliases?: readonly string[] } = flags[name]
  return spec.aliases ?? []
}
