/**
 * The configuration: one table of flags. `--help`, validation, the documentation and the aliases of the seeds' variables
 * all come from it, and no other file reads the environment. A flag beats its variable, a variable beats an alias.
 */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { z } from 'zod'
import { faceNames } from '#gateway/faces.ts'
import { defaultBuckets } from '#shared/objects/object-store.ts'

/** A mistake of whoever starts Sluice: one clear line, exit code 1. */
export class StartError extends Error {}

const text = z.string().min(1)
const port = z.coerce.number().int().min(0).max(65_535)
const onOff = z.stringbool({ truthy: ['on', 'true', 'yes', '1'], falsy: ['off', 'false', 'no', '0'] })
const list = text.transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)
const databaseUrl = (...protocols: string[]) => z.url({ protocol: new RegExp(`^(${protocols.join('|')})$`), error: `must be a URL like ${protocols[0]}://user:password@host:port/database` })
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be a URL like https://sluice.example.org' }).transform((url) => url.replace(/\/+$/, ''))

interface FlagSpec<T> {
  /** Other variables that are read when ours is not set: names that the seeds and other tools use. */
  readonly aliases?: readonly string[]
  readonly default: string | undefined
  readonly meaning: string
  readonly parse: z.ZodType<T, unknown>
  /** Never shown, not even in an error. */
  readonly secret?: true
}
const flag = <T>(spec: FlagSpec<T>): FlagSpec<T> => spec

export const flags = {
  host: flag({ default: '127.0.0.1', meaning: 'address to listen on; anything but loopback needs https in front, or --insecure-http', parse: text }),
  port: flag({ aliases: ['PORT'], default: '3000', meaning: 'port to listen on; 0 takes a free one', parse: port }),
  'data-dir': flag({ default: '.sluice', meaning: 'where the embedded database, files and keys lie', parse: text.transform((path) => resolve(path)) }),
  'database-url': flag({
    aliases: ['DATABASE_URL', 'POSTGRES_CONNECTION_URI'],
    default: undefined,
    meaning: 'PostgreSQL to use instead of the embedded one',
    parse: databaseUrl('postgres', 'postgresql').optional(),
    secret: true,
  }),
  'identity-database-url': flag({
    aliases: ['IDENTITY_DATABASE_URL'],
    default: undefined,
    meaning: 'MySQL or PostgreSQL for identity; the main database when absent',
    parse: databaseUrl('mysql', 'postgres', 'postgresql').optional(),
    secret: true,
  }),
  objects: flag({
    aliases: ['ARTIFACT_STORE'],
    default: undefined,
    meaning: 'where files go: a directory, or s3 (buckets below); <data-dir>/objects when absent, s3 when --s3-endpoint is set',
    parse: text.optional(),
  }),
  's3-endpoint': flag({
    aliases: ['S3_ENDPOINT', 'MLFLOW_S3_ENDPOINT_URL', 'AWS_ENDPOINT_URL'],
    default: undefined,
    meaning: 'address of an S3 server such as MinIO; AWS itself when absent',
    parse: httpUrl.optional(),
  }),
  's3-region': flag({ aliases: ['AWS_REGION', 'AWS_DEFAULT_REGION'], default: 'us-east-1', meaning: 'region of the buckets', parse: text }),
  's3-access-key': flag({
    aliases: ['S3_ACCESS_KEY', 'AWS_ACCESS_KEY_ID', 'MINIO_ROOT_USER'],
    default: undefined,
    meaning: 'access key; the machine’s own role when absent',
    parse: text.optional(),
    secret: true,
  }),
  's3-secret-key': flag({
    aliases: ['S3_SECRET_KEY', 'AWS_SECRET_ACCESS_KEY', 'MINIO_ROOT_PASSWORD'],
    default: undefined,
    meaning: 'secret key that belongs to it',
    parse: text.optional(),
    secret: true,
  }),
  'bucket-artifacts': flag({ default: defaultBuckets.artifacts, meaning: 'bucket of run artifacts', parse: text }),
  'bucket-datasets': flag({ default: defaultBuckets.datasets, meaning: 'bucket of datasets', parse: text }),
  'bucket-models': flag({ default: defaultBuckets.models, meaning: 'bucket of trained models', parse: text }),
  faces: flag({ default: '', meaning: `further ports that the seeds promise: all, or some of ${faceNames.join(',')}`, parse: z.string().transform(parseFaces) }),
  auth: flag({ default: 'on', meaning: 'off: everybody on this machine is an administrator; loopback only', parse: onOff }),
  'admin-password': flag({ default: undefined, meaning: 'first password of admin; made up and printed once on a terminal or loopback', parse: z.string().min(12).max(128).optional(), secret: true }),
  'public-url': flag({ default: undefined, meaning: 'the address people use, when it is not the one we listen on', parse: httpUrl.optional() }),
  'allowed-hosts': flag({
    aliases: ['MLFLOW_SERVER_ALLOWED_HOSTS'],
    default: '',
    meaning: 'further host names that requests may be addressed to, separated by commas',
    parse: z.string().pipe(list.or(z.literal('').transform(() => []))),
  }),
  'trust-proxy': flag({
    default: '',
    meaning: 'addresses (CIDR, separated by commas) whose X-Forwarded-* headers are believed',
    parse: z
      .string()
      .pipe(list.or(z.literal('').transform(() => [])))
      .refine((nets) => nets.every(isNetwork), 'must be addresses or networks such as 10.0.0.0/8'),
  }),
  'webhook-allowed-schemes': flag({
    aliases: ['MLFLOW_WEBHOOK_ALLOWED_SCHEMES'],
    default: 'https',
    meaning: 'what webhooks may be called with: https, or https,http where receivers have no certificate',
    parse: list.pipe(z.array(z.enum(['https', 'http'])).min(1)),
  }),
  'webhook-allow-private': flag({
    aliases: ['MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS'],
    default: 'off',
    meaning: 'let webhooks call addresses of this machine and of private networks: who may make webhooks can then reach what the server can',
    parse: onOff,
  }),
  'insecure-http': flag({ default: 'off', meaning: 'allow plain http beyond loopback, where passwords can be read on the wire', parse: onOff }),
  'metrics-token': flag({ default: undefined, meaning: 'Bearer token that /metrics then asks for', parse: text.optional(), secret: true }),
  'log-level': flag({
    aliases: ['LOG_LEVEL'],
    default: 'info',
    meaning: 'trace, debug, info, warn, error, fatal or silent',
    parse: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  }),
} as const

type Flags = typeof flags
export type FlagName = keyof Flags
type Camel<S extends string> = S extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S
export type Config = { readonly [K in FlagName as Camel<K>]: Flags[K] extends FlagSpec<infer T> ? T : never }

export const flagNames = Object.keys(flags) as FlagName[] // keys of the literal above: the cast only names them
export const variableOf = (name: FlagName): string => `SLUICE_${name.toUpperCase().replaceAll('-', '_')}`

export type Environment = Readonly<Record<string, string | undefined>>

/** From arguments and environment. Throws a StartError that names every wrong value. */
export function readConfig(args: readonly string[], environment: Environment = process.env): Config {
  const given = parseArguments(args)
  const values: Record<string, unknown> = {}
  const faults: string[] = []
  for (const name of flagNames) {
    const spec: FlagSpec<unknown> = flags[name]
    const { raw, from } = rawValue(name, spec, given, environment)
    const parsed = spec.parse.safeParse(raw)
    if (parsed.success) values[camel(name)] = parsed.data
    else faults.push(`${from}${spec.secret || raw === undefined ? '' : ` is '${raw}'`}: ${parsed.error.issues.map((i) => i.message).join('; ')}`)
  }
  if (faults.length > 0) throw new StartError(faults.join('\n'))
  const config = values as Config // one parsed value per row of the table, under the name that the type derives from it
  const conflict = conflictIn(config)
  if (conflict) throw new StartError(conflict)
  return config
}

const camel = (name: string): string => name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

function rawValue(name: FlagName, spec: FlagSpec<unknown>, given: ReadonlyMap<string, string>, environment: Environment): { raw: string | undefined; from: string } {
  const argument = given.get(name)
  if (argument !== undefined) return { raw: argument, from: `--${name}` }
  for (const variable of [variableOf(name), ...(spec.aliases ?? [])]) {
    const value = environment[variable]
    if (value !== undefined && value !== '') return { raw: value, from: variable }
  }
  return { raw: spec.default, from: `--${name}` }
}

/** `--name value` and `--name=value`; a flag that turns something on may stand alone. */
function parseArguments(args: readonly string[]): Map<string, string> {
  const given = new Map<string, string>()
  for (let i = 0; i < args.length; i++) {
    const [head = '', inline] = (args[i] ?? '').split(/=(.*)/s, 2)
    const name = head.replace(/^--/, '')
    if (!head.startsWith('--') || !Object.hasOwn(flags, name)) throw new StartError(`Unknown argument ${args[i]}. sluice --help lists them all.`)
    const next = args[i + 1]
    if (inline !== undefined) given.set(name, inline)
    else if (next !== undefined && !next.startsWith('--')) given.set(name, args[++i] ?? '')
    else if (name === 'insecure-http') given.set(name, 'on')
    else if (name === 'faces') given.set(name, 'all')
    else throw new StartError(`--${name} needs a value: ${flags[name as FlagName].meaning}`) // hasOwn above
  }
  return given
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host)

/** What each value allows by itself and together they do not (design section 3, Plain http). */
function conflictIn(config: Config): string | undefined {
  const isSecure = config.publicUrl?.startsWith('https:') || config.trustProxy.length > 0
  if (!config.auth && !isLoopback(config.host)) return `--auth off is for one person on this machine: --host must be loopback, not ${config.host}.`
  if (!isLoopback(config.host) && !isSecure && !config.insecureHttp)
    return `Listening on ${config.host} over plain http would show passwords on the network. Put https in front (--public-url, --trust-proxy), or say --insecure-http.`
  if ((config.s3AccessKey === undefined) !== (config.s3SecretKey === undefined)) return '--s3-access-key and --s3-secret-key belong together.'
  return undefined
}

export const listensOnLoopback = (config: Pick<Config, 'host'>): boolean => isLoopback(config.host)
/** Whether files go to S3: asked for, or an endpoint is named and no directory is. */
export const usesS3 = (config: Pick<Config, 'objects' | 's3Endpoint'>): boolean =>
  config.objects === 's3' || config.objects?.startsWith('s3://') === true || (config.objects === undefined && config.s3Endpoint !== undefined)

function isNetwork(network: string): boolean {
  const [address = '', bits] = network.split('/')
  const kind = isIP(address)
  return kind !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (kind === 6 ? 128 : 32)))
}

function parseFaces(value: string, context: z.RefinementCtx): readonly number[] {
  const wanted =
    value === 'all'
      ? faceNames
      : value
          .split(',')
          .map((item) => item.trim())
          .filter((item) => item !== '')
  const unknown = wanted.filter((name) => !faceNames.includes(name))
  if (unknown.length > 0) context.addIssue({ code: 'custom', message: `unknown: ${unknown.join(', ')}; known are ${faceNames.join(', ')}` })
  return wanted.map(Number)
}

/** The table as text for people. */
export function helpText(): string {
  const rows = flagNames.map((name) => {
    const spec: FlagSpec<unknown> = flags[name]
    const variables = [variableOf(name), ...(spec.aliases ?? [])].join(', ')
    return `  --${name}${spec.default ? ` (${spec.default})` : ''}\n      ${spec.meaning}\n      ${variables}`
  })
  return `Usage: sluice start [flags]\n\nA flag, its default, its meaning, and the variables that set it too:\n\n${rows.join('\n')}\n`
}

/** What `sluice demo` needs: a small part of the table above, and where the platform is. */
export interface DemoConfig {
  readonly url: string
  readonly dataDirectory: string
  readonly token: string | undefined
  readonly adminPassword: string | undefined
}

export function readDemoConfig(args: readonly string[], environment: Environment = process.env): DemoConfig {
  const { dataDir, adminPassword } = readConfig(args, environment)
  const url = httpUrl.safeParse(environment['SLUICE_URL'] ?? 'http://127.0.0.1:3000')
  if (!url.success) throw new StartError(`SLUICE_URL ${url.error.issues.map((i) => i.message).join('; ')}`)
  return { url: url.data, dataDirectory: dataDir, token: environment['SLUICE_TOKEN'], adminPassword }
}

/** What child processes of the launcher may know of our own environment: how to run, no credentials of ours. */
export function inheritedEnvironment(environment: Environment = process.env): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']
  return Object.fromEntries(names.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])))
}
