/** Every path that a document names exists: `code/like/this.ts` and [links](docs/x.md). */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { repositoryFiles } from './files.ts'

/** Made when Sluice is installed, built or run. */
const madeLater = /^(node_modules|dist|\.sluice|coverage)(\/|$)/

interface Named {
  readonly line: number
  readonly path: string
  readonly isLink: boolean
}

function namedPaths(text: string, topLevel: ReadonlySet<string>): Named[] {
  const named: Named[] = []
  let fenced = false
  for (const [i, line] of text.split('\n').entries()) {
    if (/^\s*```/.test(line)) fenced = !fenced
    if (fenced) continue
    for (const [, target = ''] of line.matchAll(/\]\(([^)\s]+)\)/g)) if (!/^(https?:|mailto:|#)/.test(target)) named.push({ line: i + 1, path: target.replace(/#.*$/, ''), isLink: true })
    for (const [, code = ''] of line.matchAll(/`([^`\s]+)`/g)) {
      const path = code.replace(/:\d+$/, '')
      if (/^[\w.@-]+(\/[\w.@-]+)*\/?$/.test(path) && path.includes('/') && topLevel.has(path.split('/', 1)[0] ?? '')) named.push({ line: i + 1, path, isLink: false })
    }
  }
  return named
}

export function docPaths(root: string): string[] {
  const topLevel = new Set(readdirSync(root))
  return repositoryFiles(root)
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      namedPaths(readFileSync(join(root, path), 'utf8'), topLevel)
        .map((named) => ({ line: named.line, name: named.isLink ? normalize(join(dirname(path), named.path)) : named.path }))
        .filter(({ name }) => !madeLater.test(name) && !existsSync(join(root, name)))
        .map(({ line, name }) => `${path}:${line} names ${name}, which does not exist`),
    )
}
