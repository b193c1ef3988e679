/**
 * Builds what runs: `node scripts/build.mjs [server] [web]`, both by default. Server: one esbuild run over every entry
 * point, so they share chunks; packages stay outside. Web: vite. Runs on the project's own Node.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAndStamp, targets } from './bootstrap/staleness.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const has = (path) => existsSync(join(root, path))

function entryPoints() {
  const subgraphs = readdirSync(join(root, 'subgraphs')).filter((name) => has(`subgraphs/${name}/main.ts`))
  return {
    sluice: 'gateway/main.ts',
    ...(has('subgraphs/datasets/profile-worker.ts') ? { 'datasets-profile-worker': 'subgraphs/datasets/profile-worker.ts' } : {}),
    ...Object.fromEntries(subgraphs.map((name) => [name, `subgraphs/${name}/main.ts`])),
  }
}

async function buildServer() {
  const { build } = await import('esbuild')
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entryPoints(),
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    keepNames: true, // type-graphql names a type after its class; two subgraphs may have classes of one name
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  })
  dropOldFiles(new Set(Object.keys(metafile.outputs)))
}

/** Only files that this script makes; dist/web and the stamps are not its own. */
function dropOldFiles(current) {
  for (const folder of ['dist', 'dist/chunks']) {
    for (const name of has(folder) ? readdirSync(join(root, folder)) : []) {
      if (/\.js(\.map)?$/.test(name) && !current.has(`${folder}/${name}`)) rmSync(join(root, folder, name))
    }
  }
}

async function buildWeb() {
  const { build } = await import('vite')
  await build({ root: join(root, 'web'), configFile: join(root, 'web/vite.config.ts'), logLevel: 'warn' })
}

const builders = { server: buildServer, web: buildWeb }
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(builders)
const unknown = wanted.filter((name) => !(name in builders))
if (unknown.length > 0) {
  console.error(`No such target: ${unknown.join(', ')}. There are: ${Object.keys(builders).join(', ')}.`)
  process.exit(2)
}
for (const name of wanted) if (has(targets[name].needs)) await buildAndStamp(root, name, builders[name])
