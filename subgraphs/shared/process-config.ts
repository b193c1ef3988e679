/** What a subgraph's own process reads from its environment. The only file of the subgraphs that does. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { defaultBuckets, type Buckets } from '#shared/objects/object-store.ts'
import { subgraphNames, type SubgraphName } from '#shared/subsystem.ts'

/** A PEM, or the path of a file that holds one. */
const pem = z.string().transform((value) => (value.includes('-----BEGIN') ? value : readFileSync(value, 'utf8')))
/** 32 bytes as hex, or the path of a file that holds them. */
const secretKey = z.string().transform((value, context) => {
  const hex = /^[0-9a-f]{64}$/.test(value) ? value : readFileSync(value, 'utf8').trim()
  if (!/^[0-9a-f]{64}$/.test(hex)) context.addIssue({ code: 'custom', message: 'must be 64 hex digits or a file that holds them' })
  return Buffer.from(hex, 'hex')
})
const peers = z.string().transform((text, context) => {
  const entries = text.split(',').map((pair) => pair.split('=', 2).map((part) => part.trim()))
  for (const [name, url] of entries)
    if (!subgraphNames.some((known) => known === name) || !url || !URL.canParse(url)) context.addIssue({ code: 'custom', message: `SLUICE_PEERS: '${name}=${url}' is not <subgraph>=<url>` })
  return Object.fromEntries(entries) as Partial<Record<SubgraphName, string>> // checked above
})

/** What webhooks may be called with, separated by commas. */
const webhookSchemes = z
  .string()
  .default('https')
  .transform((text) => text.split(',').map((scheme) => scheme.trim()))
  .pipe(z.array(z.enum(['https', 'http'])).min(1))

/** What a process needs to know of the others; the gateway's too. */
const neighbours = z.object({
  SLUICE_PEERS: peers,
  SLUICE_INNER_PRIVATE_KEY: pem,
  SLUICE_INNER_PUBLIC_KEY: pem,
})
export type NeighbourConfig = z.infer<typeof neighbours>

const environment = neighbours.extend({
  SLUICE_BIND: z.string().default('127.0.0.1'),
  SLUICE_PORT: z.coerce.number().int().min(0).max(65_535),
  SLUICE_DATABASE_URL: z.string(),
  SLUICE_PUBLIC_URL: z.string().default('http://127.0.0.1:3000'),
  SLUICE_SECRET_KEY: secretKey,
  SLUICE_ADMIN_PASSWORD: z.string().optional(),
  SLUICE_OBJECTS: z.string().optional(),
  SLUICE_LOG_LEVEL: z.string().default('info'),
  SLUICE_WEBHOOK_ALLOWED_SCHEMES: webhookSchemes,
  SLUICE_WEBHOOK_ALLOW_PRIVATE: z.enum(['on', 'off']).default('off'),
  S3_ENDPOINT: z.string().optional(),
  AWS_REGION: z.string().default('us-east-1'),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
})

/** Every variable with its schema: for docs/configuration.md and for the test of docker-compose.yml. */
export const processVariables = environment.shape
export type ProcessVariable = keyof typeof processVariables

export type ProcessConfig = z.infer<typeof environment> & { readonly buckets: Buckets }

/** Throws one message that names every fault. */
export const readProcessConfig = (source: NodeJS.ProcessEnv = process.env): ProcessConfig => ({ ...read(environment, source), buckets: defaultBuckets })
export const readNeighbourConfig = (source: NodeJS.ProcessEnv = process.env): NeighbourConfig => read(neighbours, source)

function read<T>(schema: z.ZodType<T>, source: NodeJS.ProcessEnv): T {
  const result = schema.safeParse(source)
  if (!result.success) throw new Error(result.error.issues.map((issue) => `${issue.path.join('.') || 'environment'}: ${issue.message}`).join('\n'))
  return result.data
}
