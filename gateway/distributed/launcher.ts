/**
 * `sluice start:distributed`: the distributed topology on one machine. Gateway and subgraphs are processes of their own,
 * identity lies on MariaDB, the rest on PostgreSQL, objects on an S3 server; databases and S3 that are not given are
 * started here. The same processes as in docker-compose.yml, with the same variables.
 */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, inheritedEnvironment, StartError } from '#gateway/config.ts'
import { ensureKeys, type InstallationKeys } from '#gateway/distributed/keys.ts'
import { supervise, type Supervised } from '#gateway/distributed/supervisor.ts'
import { startEmbeddedPostgres } from '#shared/db/embedded-postgres.ts'
import { hasMariadbPrograms, startMariadb } from '#shared/local-servers/mariadb.ts'
import { freePort } from '#shared/local-servers/programs.ts'
import { hasVersitygw, startVersitygw } from '#shared/local-servers/versitygw.ts'
import { defaultBuckets } from '#shared/objects/object-store.ts'
import { repositoryPath } from '#shared/paths.ts'
import { subgraphNames, type SubgraphName } from '#shared/subsystem.ts'
import type { Log } from '#shared/telemetry/log.ts'

export interface Launched {
  readonly url: string
  stop(): Promise<void>
}

interface Backing {
  readonly databaseUrl: string
  readonly identityDatabaseUrl: string
  readonly s3: Readonly<Record<string, string>>
  readonly stop: () => Promise<void>
}

export async function launch(config: Config, log: Log, say: (line: string) => void): Promise<Launched> {
  const directory = config.dataDir
  refuseWhatHasNoEffect(config)
  if (config.adminPassword === undefined && !existsSync(join(directory, 'keys')))
    throw new StartError('The first start of the distributed topology needs a password for admin: set SLUICE_ADMIN_PASSWORD (12 characters or more).')
  const keys = await ensureKeys(join(directory, 'keys'))
  const backing = await startBacking(config, keys, log, say)
  const running: Supervised[] = []
  const stop = async (): Promise<void> => {
    for (const process of running.toReversed()) await process.stop()
    await backing.stop()
  }
  try {
    const port = config.port === 0 ? await freePort() : config.port
    const url = `http://${config.host}:${port}`
    const ports = Object.fromEntries(await Promise.all(subgraphNames.map(async (name) => [name, await freePort()] as const))) as Record<SubgraphName, number> // one entry per name
    const common = environmentOf(config, keys, backing, ports, config.publicUrl ?? url)
    const record = (): void => void writeFile(join(directory, 'processes.json'), JSON.stringify(Object.fromEntries(running.map((p) => [p.name, p.pid()]))))

    // Identity first: the others ask it before they answer anything.
    for (const name of subgraphNames) {
      say(`starting ${name}`)
      const env = { ...common, SLUICE_PORT: String(ports[name]), SLUICE_DATABASE_URL: name === 'identity' ? backing.identityDatabaseUrl : backing.databaseUrl }
      running.push(
        await supervise(
          { name, command: process.execPath, args: [...process.execArgv, repositoryPath('dist', `${name}.js`)], env, readyUrl: `http://127.0.0.1:${ports[name]}/health/ready` },
          log,
          record,
        ),
      )
    }
    say('starting the gateway')
    running.push(
      await supervise(
        {
          name: 'gateway',
          command: process.execPath,
          args: [...process.execArgv, repositoryPath('dist', 'sluice.js'), 'gateway'],
          env: { ...common, ...gatewayEnvironment(config, port) },
          readyUrl: `${url}/health/ready`,
        },
        log,
        record,
      ),
    )
    record()
    return { url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Flags of the embedded platform that this topology cannot keep are refused, not dropped. */
function refuseWhatHasNoEffect(config: Config): void {
  const refused = [
    ...(config.auth ? [] : ['--auth off (one process only)']),
    ...(config.objects === undefined ? [] : ['--objects (files go to S3: --s3-endpoint)']),
    ...(config.bucketArtifacts === defaultBuckets.artifacts && config.bucketDatasets === defaultBuckets.datasets && config.bucketModels === defaultBuckets.models ? [] : ['--bucket-*']),
  ]
  if (refused.length > 0) throw new StartError(`start:distributed does not take ${refused.join(', ')}.`)
}

/** What every process gets. */
function environmentOf(config: Config, keys: InstallationKeys, backing: Backing, ports: Readonly<Record<SubgraphName, number>>, publicUrl: string): Record<string, string> {
  return {
    ...inheritedEnvironment(),
    SLUICE_PEERS: subgraphNames.map((name) => `${name}=http://127.0.0.1:${ports[name]}`).join(','),
    SLUICE_PUBLIC_URL: publicUrl,
    SLUICE_INNER_PRIVATE_KEY: keys.innerPrivateKey,
    SLUICE_INNER_PUBLIC_KEY: keys.innerPublicKey,
    SLUICE_SECRET_KEY: keys.secret,
    SLUICE_LOG_LEVEL: config.logLevel,
    SLUICE_WEBHOOK_ALLOWED_SCHEMES: config.webhookAllowedSchemes.join(','),
    SLUICE_WEBHOOK_ALLOW_PRIVATE: config.webhookAllowPrivate ? 'on' : 'off',
    APOLLO_TELEMETRY_DISABLED: 'true',
    ...(config.adminPassword === undefined ? {} : { SLUICE_ADMIN_PASSWORD: config.adminPassword }),
    ...backing.s3,
  }
}

const gatewayEnvironment = (config: Config, port: number): Record<string, string> => ({
  SLUICE_HOST: config.host,
  SLUICE_PORT: String(port),
  SLUICE_DATA_DIR: config.dataDir,
  SLUICE_FACES: config.faces.join(','),
  SLUICE_INSECURE_HTTP: config.insecureHttp ? 'on' : 'off',
  SLUICE_TRUST_PROXY: config.trustProxy.join(','),
  SLUICE_ALLOWED_HOSTS: config.allowedHosts.join(','),
  ...(config.metricsToken === undefined ? {} : { SLUICE_METRICS_TOKEN: config.metricsToken }),
})

/** Databases and object storage: the given ones, or servers of our own in the data directory. */
async function startBacking(config: Config, keys: InstallationKeys, log: Log, say: (line: string) => void): Promise<Backing> {
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const end of stops.toReversed()) await end()
  }
  try {
    let { databaseUrl, identityDatabaseUrl } = config
    if (databaseUrl === undefined) {
      const postgres = await startEmbeddedPostgres({ directory: config.dataDir, log, progress: say })
      stops.push(() => postgres.stop())
      databaseUrl = postgres.url
    }
    if (identityDatabaseUrl === undefined) {
      if (!hasMariadbPrograms()) throw new StartError('The distributed topology keeps identity on MySQL: install MariaDB (Debian: apt-get install mariadb-server), or give --identity-database-url.')
      say('starting MariaDB')
      const mariadb = await startMariadb({ directory: join(config.dataDir, 'mariadb'), password: keys.serverPassword })
      stops.push(() => mariadb.stop())
      identityDatabaseUrl = mariadb.url
    }
    const s3 = await objectEnvironment(config, keys, stops, say)
    return { databaseUrl, identityDatabaseUrl, s3, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function objectEnvironment(config: Config, keys: InstallationKeys, stops: (() => Promise<void>)[], say: (line: string) => void): Promise<Record<string, string>> {
  const region = { AWS_REGION: config.s3Region }
  if (config.s3Endpoint !== undefined)
    return { ...region, S3_ENDPOINT: config.s3Endpoint, ...(config.s3AccessKey && config.s3SecretKey ? { AWS_ACCESS_KEY_ID: config.s3AccessKey, AWS_SECRET_ACCESS_KEY: config.s3SecretKey } : {}) }
  if (!hasVersitygw()) throw new StartError('The distributed topology keeps files on S3: give --s3-endpoint with --s3-access-key and --s3-secret-key, or install versitygw.')
  say('starting the S3 server')
  const server = await startVersitygw({ directory: join(config.dataDir, 's3'), accessKeyId: 'sluice', secretAccessKey: keys.serverPassword })
  stops.push(() => server.stop())
  return { ...region, S3_ENDPOINT: server.endpoint, AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey }
}
