/**
 * Whether node_modules is what the lock says, and `npm ci` when it is not.
 * Runs on the machine's Node before anything is installed: no dependencies, syntax of Node 18.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const stampFile = (root) => join(root, 'node_modules/.sluice-lock')
const stampOf = (root) =>
  `${createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')} ${process.platform}-${process.arch}\n`

/** The project's own Node, installed with it. */
export const ownNode = (root) => join(root, 'node_modules/node/bin/node')

export function isInstalled(root) {
  if (!existsSync(ownNode(root))) return false
  const stamp = stampOf(root)
  if (existsSync(stampFile(root)) && readFileSync(stampFile(root), 'utf8') === stamp) return true
  if (!matchesLock(root)) return false
  writeFileSync(stampFile(root), stamp)
  return true
}

/** npm's own record of what it installed: a developer's `npm install` is as good as our `npm ci`. */
function matchesLock(root) {
  const record = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(record)) return false
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  for (const [path, { version, integrity, optional, peer }] of Object.entries(wanted)) {
    if (path === '') continue
    const found = installed[path]
    if (!found && (optional || peer)) continue
    if (!found || found.version !== version || (integrity && found.integrity !== integrity)) return false
  }
  return Object.keys(installed).every((path) => path in wanted)
}

/** PATH without this project's node_modules: npm must not run on a Node that it is about to replace. */
function outsidePath(root) {
  return (process.env.PATH || '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(join(root, 'node_modules')))
    .join(delimiter)
}

/** Runs `npm ci`; `run` is the starter's way to run a child. Throws an Error whose message is for people. */
export async function install(root, run, say) {
  const wanted = Object.keys(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages).length
  const done = say(`Installing about ${wanted} packages (npm ci)`)
  const env = { ...process.env, PATH: outsidePath(root), PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1', NODE_ENV: 'development' }
  // npm hands its settings to scripts as npm_config_*; they would turn this install into another kind.
  for (const name of Object.keys(env)) if (/^npm_(config_(global|omit|include|production|prefix|dry_run|package_lock|ignore_scripts)$|package_|lifecycle_|command$)/.test(name)) delete env[name]
  const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--progress=false'], { cwd: root, env, stdio: ['ignore', 2, 2] })
  done()
  if (code !== 0) throw new Error(`npm ci failed (exit code ${code}); what it said is above.`)
  if (!existsSync(ownNode(root)))
    throw new Error('npm ci did not bring the project’s own Node. If your npm is set to ignore-scripts, allow them for this folder: npm config set ignore-scripts false --location project')
  writeFileSync(stampFile(root), stampOf(root))
}
