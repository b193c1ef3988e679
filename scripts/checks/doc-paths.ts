/**
 * What documents name is there: every path (`code/like/this.ts`, `edge/hosts.ts` beside the document, [links](docs/x.md)),
 * and every function that stands after its file (`gateway/platform.ts` `createPlatform()`).
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { repositoryFiles } from './files.ts'

/** Made when Sluice is installed, built or run. */
const madeLater = /^(node_modules|dist|\.sluice|coverage)(\/|$)/
const pathLike = /^[\w.@-]+(\/[\w.@-]+)*\/?$/
const sourceFile = /[\w-]\.(ts|tsx|mjs|md|yml|sql|graphql|css)$/

interface Line {
  readonly number: number
  readonly text: string
}

/** Lines outside of fenced blocks. */
function proseOf(text: string): Line[] {
  let fenced = false
  return text.split('\n').flatMap((line, i) => {
    if (/^\s*```/.test(line)) fenced = !fenced
    return fenced || /^\s*```/.test(line) ? [] : [{ number: i + 1, text: line }]
  })
}

const linksIn = (line: string): string[] =>
  [...line.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target.replace(/#.*$/, '')).filter((target) => target !== '' && !/^(https?:|mailto:)/.test(target))
const codeIn = (line: string): string[] => [...line.matchAll(/`([^`\s]+)`/g)].map(([, code = '']) => code.replace(/:\d+$/, ''))

export function docPaths(root: string): string[] {
  const topLevel = new Set(readdirSync(root))
  const files = repositoryFiles(root)
  const isThere = (path: string): boolean => madeLater.test(path) || existsSync(join(root, path))
  /** A file may be named from the root, from beside the document or its parent, or by its name alone when it lies below. */
  const isFound = (name: string, folder: string): boolean =>
    [name, join(folder, name), join(dirname(folder), name)].some(isThere) || (!name.includes('/') && files.some((file) => basename(file) === name && (folder === '.' || file.startsWith(`${folder}/`))))

  return files
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      proseOf(readFileSync(join(root, path), 'utf8')).flatMap(({ number, text }) => {
        const links = linksIn(text).map((target) => normalize(join(dirname(path), target)))
        const paths = codeIn(text).filter((code) => pathLike.test(code))
        const fromRoot = paths.filter((code) => code.includes('/') && topLevel.has(code.split('/', 1)[0] ?? ''))
        const sources = paths.filter((code) => sourceFile.test(code) && !fromRoot.includes(code))
        const missing = [...[...links, ...fromRoot].filter((name) => !isThere(name)), ...sources.filter((name) => !isFound(name, dirname(path)))]
        return missing.map((name) => `${path}:${number} names ${name}, which does not exist`)
      }),
    )
}

/** `file.ts` followed by one or more `function()`, with nothing but a comma or a space between. */
const filesWithFunctions = /`([\w.@/-]+\.\w+)`((?:,? `\w+\(\)`)+)/g

export function docFunctions(root: string): string[] {
  return repositoryFiles(root)
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      proseOf(readFileSync(join(root, path), 'utf8')).flatMap(({ number, text }) =>
        [...text.matchAll(filesWithFunctions)].flatMap(([, name = '', calls = '']) => {
          const file = [name, join(dirname(path), name)].map((candidate) => join(root, candidate)).find((candidate) => existsSync(candidate))
          const source = file === undefined ? '' : readFileSync(file, 'utf8')
          return [...calls.matchAll(/`(\w+)\(\)`/g)].filter(([, called = '']) => !declares(source, called)).map(([, called]) => `${path}:${number} says that ${name} has ${called}(), and it has not`)
        }),
      ),
    )
}

/** A function, a constant, a method or a property that is a function; in SQL a function. A mere call is none of these. */
export function declares(source: string, name: string): boolean {
  const patterns = [
    `\\b(?:function\\*?|const|let|class) ${name}\\b`,
    `^\\s+(?:(?:public|private|static|async) )*${name}(?:<[^(]*>)?\\((?:.*\\)(?:: [^{]*)? \\{$|\\n\\s+(?:@|\\w+\\??:))`,
    `^\\s+${name}: (?:async )?(?:\\(.*\\)(?:: [^=]*)?|\\w+) =>`,
    `CREATE (?:OR REPLACE )?FUNCTION ${name}\\b`,
  ]
  return new RegExp(patterns.join('|'), 'm').test(source)
}
