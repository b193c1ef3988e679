/**
 * `npm run shape`: how long our files and functions are, per part of the tree. The limits themselves are lint rules
 * (biome.json: 400 lines a file, 60 a function); this shows where the middle lies and which are the longest.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { repositoryFiles } from './checks/files.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
const figures = (lengths) => {
  const sorted = lengths.toSorted((a, b) => a - b)
  return { count: sorted.length, median: at(sorted, 0.5), p95: at(sorted, 0.95), max: sorted.at(-1) ?? 0 }
}

/** A test's suite is one long function, which says nothing about the code. */
const isTest = (path) => /\.(test|e2e)\.tsx?$/.test(path)

/** From a line that opens a function to the brace that closes it at the same indentation: exact for formatted code. */
function functionLengths(lines) {
  return lines.flatMap((line, start) => {
    if (!/(\bfunction\b.*|=>|^\s+(async |private |static )*[\w$]+\(.*\)(: .*)?) \{$/.test(line) || /^\s*(if|for|while|switch|catch)\b/.test(line)) return []
    const indent = /^\s*/.exec(line)?.[0] ?? ''
    const end = lines.findIndex((other, i) => i > start && other.startsWith(`${indent}}`))
    return end < 0 ? [] : [end - start + 1]
  })
}

const files = repositoryFiles(root).filter((path) => /\.(ts|tsx|mjs)$/.test(path) && !path.startsWith('web/src/data/gql/'))
const read = (paths) => paths.map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').trimEnd().split('\n') }))
const report = {}
for (const part of [...new Set(files.map((path) => path.split('/')[0]))]) {
  const texts = read(files.filter((path) => path.startsWith(`${part}/`)))
  if (texts.length < 2) continue
  const [inFiles, inFunctions] = [figures(texts.map(({ lines }) => lines.length)), figures(texts.flatMap(({ path, lines }) => (isTest(path) ? [] : functionLengths(lines))))]
  report[part] = {
    files: inFiles.count,
    'file median': inFiles.median,
    'file p95': inFiles.p95,
    'file max': inFiles.max,
    'function median': inFunctions.median,
    'function p95': inFunctions.p95,
    'function max': inFunctions.max,
  }
}
console.table(report)
for (const { path, lines } of read(files)
  .sort((a, b) => b.lines.length - a.lines.length)
  .slice(0, 5))
  console.log(`${String(lines.length).padStart(5)}  ${path}`)
