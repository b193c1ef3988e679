/**
 * `npm run check`: everything that needs no server, cheapest first, all of it even when something failed.
 * `npm run check -- types boundaries` runs only those. Says what failed at the end; exit code 1 when anything did.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { docFunctions, docPaths } from './checks/doc-paths.ts'
import { installScripts, lockFile } from './checks/packages.ts'
import { restingTests } from './checks/resting-tests.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cruised = ['gateway', 'subgraphs', 'web/src'].filter((path) => existsSync(join(root, path)))

/** A program of node_modules, by the file that its package names; true when it ends with 0. */
function program(file, ...args) {
  return spawnSync(process.execPath, [join(root, 'node_modules', file), ...args], { cwd: root, stdio: 'inherit' }).status === 0
}

function nothingIn(problems) {
  for (const problem of problems) console.error(`  ${problem}`)
  return problems.length === 0
}

const cruise = (config) => program('dependency-cruiser/bin/dependency-cruise.mjs', '--config', config, '--output-type', 'err-long', ...cruised)

/** name → did it pass. In order of cheapness. */
const checks = {
  'install-scripts': () => nothingIn(installScripts(root)),
  lock: () => nothingIn(lockFile(root)),
  'resting-tests': () => nothingIn(restingTests(root)),
  'doc-paths': () => nothingIn([...docPaths(root), ...docFunctions(root)]),
  style: () => program('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--max-diagnostics=40'),
  types: () => program('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'),
  'web-types': () => !existsSync(join(root, 'web/tsconfig.json')) || program('typescript/bin/tsc', '--noEmit', '-p', 'web/tsconfig.json'),
  boundaries: () => cruise('.dependency-cruiser.mjs'),
  cycles: () => cruise('scripts/checks/cycles.dependency-cruiser.mjs'),
  docs: () => program('tsx/dist/cli.mjs', 'scripts/docs.ts', '--check'),
  schema: () => program('tsx/dist/cli.mjs', 'scripts/schema.ts', '--check'),
  codegen: () => !existsSync(join(root, 'codegen.ts')) || program('@graphql-codegen/cli/esm/bin.js', '--config', 'codegen.ts', '--check', '--silent'),
}

export function runChecks(names = Object.keys(checks)) {
  const failed = []
  for (const name of names) {
    console.log(`check ${name}`)
    if (!checks[name]()) failed.push(name)
  }
  return { passed: names.length - failed.length, failed }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2)
  const unknown = names.filter((name) => !(name in checks))
  if (unknown.length > 0) {
    console.error(`No such check: ${unknown.join(', ')}. There are: ${Object.keys(checks).join(', ')}.`)
    process.exit(2)
  }
  const { passed, failed } = runChecks(names.length > 0 ? names : undefined)
  console.log(failed.length === 0 ? `${passed} checks passed` : `${passed} checks passed, ${failed.length} failed: ${failed.join(', ')}`)
  process.exitCode = failed.length === 0 ? 0 : 1
}
