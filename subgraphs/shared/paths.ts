/** Where files of the repository lie, from the sources and from the bundle alike. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

function findRoot(from: string): string {
  for (let dir = from; ; dir = dirname(dir)) {
    const manifest = join(dir, 'package.json')
    if (existsSync(manifest) && readFileSync(manifest, 'utf8').includes('"name": "sluice"')) return dir
    if (dirname(dir) === dir) throw new Error(`The root of Sluice was not found above ${from}`)
  }
}

export const repositoryRoot = findRoot(dirname(fileURLToPath(import.meta.url)))
export const repositoryPath = (...parts: string[]): string => join(repositoryRoot, ...parts)
