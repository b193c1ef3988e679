/** What comes with `npm ci`: nothing may run or arrive that nobody decided on (security.md W-7). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly integrity?: string; readonly resolved?: string; readonly link?: boolean; readonly optional?: boolean; readonly os?: readonly string[]; readonly hasInstallScript?: boolean }
    >
  >
}
interface Manifest {
  readonly allowScripts: Readonly<Record<string, boolean>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const lockOf = (root: string): Lock => JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
const manifestOf = (root: string): Manifest => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** allowScripts decides on exactly the packages that have install scripts. */
export function installScripts(root: string): string[] {
  const decided = new Set(Object.keys(manifestOf(root).allowScripts))
  const packages = Object.entries(lockOf(root).packages)
  const having = new Set(packages.filter(([, facts]) => facts.hasInstallScript).map(([path]) => nameOf(path)))
  return [
    ...[...having].filter((name) => !decided.has(name)).map((name) => `${name} has an install script: say in package.json allowScripts whether it may run`),
    ...[...decided].filter((name) => !having.has(name)).map((name) => `${name} is in allowScripts, but no installed package of that name has an install script`),
  ]
}

/** Every package is pinned by a strong hash and comes from the registry that npm is set to, not from an address of its own. */
export function lockFile(root: string): string[] {
  const problems: string[] = []
  for (const [path, { integrity, resolved, link, optional, os }] of Object.entries(lockOf(root).packages)) {
    if (path === '' || link) continue
    // The lock was written against a registry that lacks some other platforms' binaries: their hashes are unknown, not wrong.
    const isUnseen = integrity === undefined && optional && os
    if (!isUnseen && !integrity?.startsWith('sha512-')) problems.push(`${path} has no sha512 integrity`)
    if (resolved !== undefined) problems.push(`${path} comes from an address of its own: ${resolved}`)
  }
  for (const kind of ['dependencies', 'devDependencies'] as const) {
    for (const [name, range] of Object.entries(manifestOf(root)[kind])) if (!/^\d+\.\d+\.\d+/.test(range)) problems.push(`${kind}: ${name} is not pinned (${range})`)
  }
  return problems
}
