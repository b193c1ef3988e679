/** Every path that a document names exists: `code/like/this.ts` and [links](docs/x.md). */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { repositoryFiles } from './files.mjs'

/** Made when Sluice is installed, built or run. */
const madeLater = /^(node_modules|dist|\.sluice|coverage)(\/|$)/

/** @returns the paths that `text` names, as [line, path, isLink] */
export function namedPaths(text, topLevel) {
  const named = []
  let fenced = false
  for (const [i, line] of text.split('\n').entries()) {
    if (/^\s*```/.test(line)) fenced = !fenced
    if (fenced) continue
    for (const [, target] of line.matchAll(/\]\(([^)\s]+)\)/g)) if (!/^(https?:|mailto:|#)/.test(target)) named.push([i + 1, target.replace(/#.*$/, ''), true])
    for (const [, code] of line.matchAll(/`([^`\s]+)`/g)) {
      const path = code.replace(/:\d+$/, '')
      if (/^[\w.@-]+(\/[\w.@-]+)*\/?$/.test(path) && path.includes('/') && topLevel.has(path.split('/')[0])) named.push([i + 1, path, false])
    }
  }
  return named
}

export function docPaths(root) {
  const topLevel = new Set(readdirSync(root))
  return repositoryFiles(root)
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      namedPaths(readFileSync(join(root, path), 'utf8'), topLevel)
        .map(([line, name, isLink]) => [line, isLink ? normalize(join(dirname(path), name)) : name])
        .filter(([, name]) => !madeLater.test(name) && !existsSync(join(root, name)))
        .map(([line, name]) => `${path}:${line} names ${name}, which does not exist`),
    )
}
