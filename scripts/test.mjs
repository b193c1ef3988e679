/**
 * `npm test`: the checks, then unit, database and end-to-end tests (both topologies and the browser), then the stock Python
 * clients, one after the other to keep the load low. What did not run is named; the last line is `N passed, N failed`.
 * `npm test -- <filter>…` runs only the vitest files whose path contains a filter.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChecks } from './check.mjs'
import { programPart, summary, vitestPart } from './testing/parts.ts'
import { missingTools } from './testing/tools.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const isCI = !['', '0', 'false', undefined].includes(process.env.CI)
const projects = ['unit', 'db', 'e2e']

function checkPart() {
  const { passed, failed } = runChecks()
  return { name: 'checks', passed, failed: failed.length, notRun: [], problems: failed.map((name) => `check ${name}`) }
}

async function everything() {
  const parts = [checkPart()]
  for (const project of projects) parts.push(await vitestPart(project, root, ['--project', project]))
  if (existsSync(join(root, 'tests/python/run.mjs'))) parts.push(await programPart('stock clients', root, 'tests/python/run.mjs'))
  return parts
}

const filters = process.argv.slice(2)
const isPartial = filters.length > 0
const parts = isPartial ? [await vitestPart(filters.join(' '), root, filters)] : await everything()
const { lines, exitCode } = summary(parts, isPartial ? [] : missingTools(), isCI)
console.log(`\n${lines.join('\n')}`)
process.exitCode = exitCode
