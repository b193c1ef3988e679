/**
 * Proves that Sluice stands on each of its twelve named packages: without it the start, the web build or the tests do not
 * run. Works on a stand-in of the repository: sources and dist copied, node_modules a folder of links from which one is taken.
 * Nothing in the repository itself is touched. Run it after `node scripts/start.mjs prepare`.
 */
import { spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const node = join(root, 'node_modules/node/bin/node')

/** `healthy` is what it says with all packages in place; without one it must fail and name that one. */
const probes = {
  start: {
    what: 'node dist/sluice.js start',
    args: (at) => [join(at, 'dist/sluice.js'), 'start', '--port', '0', '--data-dir', join(at, 'data')],
    healthy: /Sluice is ready/,
    looks: 'gets ready',
    runsOn: true,
  },
  mysql: {
    what: 'start --identity-database-url mysql://…',
    args: (at) => [join(at, 'dist/sluice.js'), 'start', '--port', '0', '--data-dir', join(at, 'data'), '--identity-database-url', 'mysql://nobody@127.0.0.1:1/'],
    healthy: /identity (cannot be used|is not available|does not answer)/,
    looks: 'says that nothing answers at that address',
    fails: true,
  },
  web: { what: 'vite build web', args: (at) => [join(root, 'node_modules/vite/bin/vite.js'), 'build', join(at, 'web'), '--outDir', join(at, 'built')], healthy: /built in/, looks: 'builds' },
  test: {
    what: 'vitest run subgraphs/shared/names.test.ts',
    args: (at) => [join(at, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'unit', 'subgraphs/shared/names.test.ts'],
    healthy: /1 passed/,
    looks: 'passes',
  },
}
const packages = {
  '@apollo/server': 'start',
  '@apollo/gateway': 'start',
  graphql: 'start',
  'type-graphql': 'start',
  'drizzle-orm': 'start',
  pg: 'start',
  mysql2: 'mysql',
  dataloader: 'start',
  'graphql-shield': 'start',
  '@aws-sdk/client-s3': 'start',
  urql: 'web',
  vitest: 'test',
}

/** A repository of copies whose node_modules is links; scopes are real folders so that one member can go. */
function standIn() {
  const at = mkdtempSync(join(tmpdir(), 'sluice-without-'))
  chmodSync(at, 0o755) // as root the database runs as another user, who must get to its data here
  for (const path of ['package.json', 'tsconfig.json', 'vitest.config.ts', 'gateway', 'subgraphs', 'web', 'schema', 'dist']) cpSync(join(root, path), join(at, path), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name.startsWith('.')) continue
    mkdirSync(dirname(join(at, 'node_modules', name)), { recursive: true })
    if (!name.startsWith('@')) link(at, name)
    else for (const member of readdirSync(join(root, 'node_modules', name))) link(at, `${name}/${member}`)
  }
  return at
}

function link(at, name) {
  const to = join(at, 'node_modules', name)
  mkdirSync(dirname(to), { recursive: true })
  symlinkSync(join(root, 'node_modules', name), to)
}

/** Runs a probe until it looks healthy or ends. */
function run(probe, at) {
  return new Promise((resolve) => {
    const child = spawn(node, probe.args(at), { cwd: at })
    let output = ''
    const timer = setTimeout(() => child.kill('SIGTERM'), 120_000)
    const listen = (chunk) => {
      output += chunk
      if (probe.runsOn && probe.healthy.test(output)) child.kill('SIGTERM')
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('close', (status) => {
      clearTimeout(timer)
      resolve({ status, output, isHealthy: probe.healthy.test(output) && (probe.fails ? status !== 0 : status === 0) })
    })
  })
}

let failures = 0
function report(isAsExpected, text, output) {
  if (isAsExpected) return console.log(`ok      ${text}`)
  failures += 1
  console.log(`FAILED  ${text}\n${output.trim().split('\n').slice(-8).join('\n')}`)
}
const names = (output, name) => new RegExp(`(cannot find (package|module)|failed to resolve import|could not resolve) ['"][^'"\n]*${name}`, 'i').test(output)

const at = standIn()
try {
  for (const probe of Object.values(probes)) {
    const { output, isHealthy } = await run(probe, at)
    report(isHealthy, `with all packages: ${probe.what} ${isHealthy ? probe.looks : 'is not healthy'}`, output)
  }
  for (const [name, probeName] of Object.entries(packages)) {
    const probe = probes[probeName]
    rmSync(join(at, 'node_modules', name))
    const { status, output, isHealthy } = await run(probe, at)
    link(at, name)
    report(status !== 0 && !isHealthy && names(output, name), `without ${name}: ${probe.what}`, output)
  }
} finally {
  rmSync(at, { recursive: true, force: true })
}
console.log(failures === 0 ? 'Each of the twelve is needed.' : `${failures} did not behave.`)
process.exitCode = failures === 0 ? 0 : 1
