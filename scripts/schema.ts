/**
 * Writes schema/: each subgraph's SDL, the supergraph, the graph that clients see, and the REST routes.
 * `tsx scripts/schema.ts` writes, `--check` compares and says what drifted. Committed, so a change of the graph is reviewed.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { composeServices } from '@apollo/composition'
import { printSubgraphSchema } from '@apollo/subgraph'
import { type GraphQLSchema, lexicographicSortSchema, parse, printSchema } from 'graphql'
import { createDatasetsSchema } from '#datasets/schema.ts'
import { createIdentitySchema } from '#identity/schema.ts'
import { createRegistrySchema } from '#registry/schema.ts'
import { repositoryPath } from '#shared/paths.ts'
import type { SubgraphName } from '#shared/subsystem.ts'
import { createTrackingSchema } from '#tracking/schema.ts'
import { openApi } from './schema/openapi.ts'
import { routesOfAll } from './schema/routes.ts'

const subgraphs: Readonly<Record<SubgraphName, () => Promise<GraphQLSchema>>> = {
  datasets: createDatasetsSchema,
  identity: createIdentitySchema,
  registry: createRegistrySchema,
  tracking: createTrackingSchema,
}

/** File name → text, the same for the same sources. */
export async function generate(): Promise<ReadonlyMap<string, string>> {
  const services = await Promise.all(Object.entries(subgraphs).map(async ([name, create]) => ({ name, url: `http://${name}.internal/graphql`, sdl: printSubgraphSchema(await create()) })))
  const composed = composeServices(services.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })))
  if (composed.errors) throw new Error(`The subgraphs do not compose:\n${composed.errors.map((error) => `  ${error.message}`).join('\n')}`)
  const api = composed.schema.toAPISchema().toGraphQLJSSchema()
  return new Map([
    ...services.map(({ name, sdl }) => [`${name}.graphql`, `${sdl}\n`] as const),
    ['supergraph.graphql', `${composed.supergraphSdl}\n`],
    ['api.graphql', `${printSchema(lexicographicSortSchema(api))}\n`],
    ['openapi.json', `${JSON.stringify(openApi(await routesOfAll()), null, 2)}\n`],
  ])
}

/** Names of the files below `folder` that are not what `files` says, those that nobody generates among them. */
export async function drift(files: ReadonlyMap<string, string>, folder: string): Promise<string[]> {
  const present = await readdir(folder).catch(() => [])
  const contents = await Promise.all([...files].map(async ([name, text]) => [name, text === (await readFile(join(folder, name), 'utf8').catch(() => undefined))] as const))
  return [...contents.filter(([, same]) => !same).map(([name]) => name), ...present.filter((name) => !files.has(name))].sort()
}

export async function write(files: ReadonlyMap<string, string>, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of await drift(files, folder)) {
    const text = files.get(name)
    await (text === undefined ? rm(join(folder, name)) : writeFile(join(folder, name), text))
  }
}

async function main(isCheck: boolean): Promise<void> {
  const files = await generate()
  const folder = repositoryPath('schema')
  if (!isCheck) return write(files, folder)
  const drifted = await drift(files, folder)
  if (drifted.length === 0) return
  console.error(`schema/ is not what the sources say: ${drifted.join(', ')}. Run npm run schema and commit the result.`)
  process.exitCode = 1
}

if (import.meta.main) await main(process.argv.includes('--check'))
