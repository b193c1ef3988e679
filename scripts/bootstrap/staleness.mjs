/**
 * Whether a build still matches its sources. Two fingerprints: the cheap one (path, size, times) answers nearly always;
 * only when it differs are contents read, so a fresh checkout of the same sources does not build again.
 * Runs on the machine's Node before anything is installed: no dependencies, syntax of Node 18.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What is built, from what, and the file that proves that it was. */
export const targets = {
  server: { sources: ['gateway', 'subgraphs', 'tsconfig.json', 'package.json', 'package-lock.json', 'scripts/build.mjs'], needs: 'gateway/main.ts', product: 'dist/sluice.js' },
  web: { sources: ['web', 'schema/api.graphql', 'package-lock.json', 'scripts/build.mjs'], needs: 'web/vite.config.ts', product: 'dist/web/index.html' },
}

const ignoredFile = /\.(test|e2e|audit|bench)\.tsx?$|\.md$/
const ignoredFolder = new Set(['node_modules', 'dist', 'testing', 'e2e'])

function filesBelow(root, path, found) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false })
  if (!stat) return
  if (!stat.isDirectory()) {
    found.push({ path, stat })
    return
  }
  for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
    if (entry.name.startsWith('.') || ignoredFile.test(entry.name)) continue
    if (entry.isDirectory() && ignoredFolder.has(entry.name)) continue
    filesBelow(root, `${path}/${entry.name}`, found)
  }
}

function fingerprints(root, { sources }) {
  const files = []
  for (const source of sources) filesBelow(root, source, files)
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  const quick = createHash('sha256')
  for (const { path, stat } of files) quick.update(`${path}\0${stat.size}\0${stat.mtimeMs}\0${stat.ctimeMs}\n`)
  return {
    quick: quick.digest('hex'),
    content() {
      const hash = createHash('sha256')
      for (const { path, stat } of files) hash.update(`${path}\0${stat.size}\0`).update(readFileSync(join(root, path)))
      return hash.digest('hex')
    },
  }
}

const stampFile = (root, name) => join(root, `dist/.${name}-stamp`)

function writeStamp(root, name, quick, content) {
  const file = stampFile(root, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${quick}\n${content}\n`)
}

/** Nothing to build counts as fresh. */
export function isFresh(root, name) {
  const target = targets[name]
  if (!existsSync(join(root, target.needs))) return true
  if (!existsSync(join(root, target.product)) || !existsSync(stampFile(root, name))) return false
  const [quick, content] = readFileSync(stampFile(root, name), 'utf8').split('\n')
  const now = fingerprints(root, target)
  if (now.quick === quick) return true
  if (now.content() !== content) return false
  try {
    writeStamp(root, name, now.quick, content)
  } catch {
    // A checkout that may only be read: contents are compared again next time.
  }
  return true
}

/** Takes the fingerprint before the work, so a file changed meanwhile makes the result stale, and a failed build leaves no stamp. */
export async function buildAndStamp(root, name, build) {
  const { quick, content } = fingerprints(root, targets[name])
  const before = content()
  rmSync(stampFile(root, name), { force: true })
  await build()
  writeStamp(root, name, quick, before)
}
