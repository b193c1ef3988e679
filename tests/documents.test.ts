/** The documents say what is so: paths and functions that they name are there, generated tables are fresh, the map is whole. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'
import { permissions } from '#shared/policy.ts'
import { processVariables } from '#shared/process-config.ts'
import { subgraphNames } from '#shared/subsystem.ts'
import { flagNames, variableOf } from '#gateway/config.ts'
import { docFunctions, docPaths } from '../scripts/checks/doc-paths.ts'
import { repositoryFiles } from '../scripts/checks/files.ts'
import { generatedDocuments } from '../scripts/docs.ts'

const root = repositoryPath()
const read = (path: string): string => readFileSync(repositoryPath(path), 'utf8')
const architecture = read('ARCHITECTURE.md')
const section = (title: string): string => architecture.split(/^## /m).find((text) => text.startsWith(title)) ?? ''
const codes = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

describe('every document', () => {
  it('names only paths that exist', () => expect(docPaths(root)).toEqual([]))
  it('names functions only beside the file that has them', () => expect(docFunctions(root)).toEqual([]))
})

describe('ARCHITECTURE.md', () => {
  it('is short enough to be read', () => expect(architecture.trimEnd().split('\n').length).toBeLessThanOrEqual(150))

  it('names no function without its file', () => {
    const bare = architecture.replaceAll(/`[\w.@/-]+\.\w+`(?:,? `\w+\(\)`)+/g, '')
    expect(codes(bare).filter((code) => /^\w+\(\)$/.test(code))).toEqual([])
  })

  it('walks through files of every layer', () => {
    const paths = new Set(codes(section('The life of two requests')))
    for (const layer of [
      'gateway/edge/',
      'gateway/graphql/',
      'subgraphs/shared/',
      'subgraphs/tracking/rest/',
      'subgraphs/tracking/domain/',
      'subgraphs/tracking/store/',
      'subgraphs/registry/graphql/',
    ])
      expect([...paths].filter((path) => path.startsWith(layer)).length, layer).toBeGreaterThan(0)
  })

  it('holds each invariant by a test', () => {
    const invariants = section('Invariants').match(/^\d+\..*$/gm) ?? []
    expect(invariants.length).toBeGreaterThanOrEqual(10)
    expect(invariants.filter((line) => !codes(line).some((code) => /\.(test|e2e)\.ts$/.test(code)))).toEqual([])
  })

  it('answers ten questions by paths', () => {
    const rows =
      section('Where is')
        .match(/^\| .*$/gm)
        ?.slice(1) ?? []
    expect(rows.length).toBe(10)
    expect(rows.filter((row) => !codes(row).some((code) => code.includes('/')))).toEqual([])
  })

  it('links every decision', () => {
    const decisions = repositoryFiles(root).filter((path) => /^docs\/decisions\/\d{3}-/.test(path))
    expect(decisions.length).toBeGreaterThan(0)
    expect(decisions.filter((path) => !architecture.includes(`(${path})`))).toEqual([])
    expect(decisions.filter((path) => !read('docs/decisions/README.md').includes(`(${path.split('/').at(-1)})`))).toEqual([])
  })

  describe('says of the subgraphs', () => {
    const rows = new Map(
      subgraphNames.map((name) => [
        name,
        section('Subgraphs')
          .split('\n')
          .find((line) => line.startsWith(`| \`subgraphs/${name}\``))
          ?.split('|') ?? [],
      ]),
    )
    it.each(subgraphNames)('%s: addresses, tables and types that it has', (name) => {
      const [, , , extended = '', addresses = '', tables = ''] = rows.get(name) ?? []
      const { paths } = JSON.parse(read('schema/openapi.json')) as { paths: Record<string, Record<string, { tags: string[]; 'x-route': string }>> } // written by scripts/schema.ts
      const own = Object.values(paths).flatMap((operations) =>
        Object.values(operations)
          .filter(({ tags }) => tags[0] === name)
          .map((operation) => operation['x-route']),
      )
      const migrations = repositoryFiles(root)
        .filter((path) => path.startsWith(`subgraphs/${name}/store/migrations/`) && path.endsWith('.sql'))
        .map(read)
        .join('\n')
      expect(codes(addresses).length).toBeGreaterThan(0)
      expect(codes(addresses).filter((address) => !own.includes(address))).toEqual([])
      expect(codes(tables).length).toBeGreaterThan(0)
      expect(codes(tables).filter((table) => !new RegExp(`CREATE TABLE (?:IF NOT EXISTS )?(?:["\`]?\\w+["\`]?\\.)?["\`]?${table}["\`]?[ (]`).test(migrations))).toEqual([])
      expect(codes(extended).filter((type) => !new RegExp(`^type ${type} `, 'm').test(read(`schema/${name}.graphql`)))).toEqual([])
    })
  })
})

it('SECURITY.md names a test for every promise', () => {
  const promises = read('SECURITY.md').match(/^\d+\..*$/gm) ?? []
  expect(promises.length).toBeGreaterThan(0)
  expect(promises.filter((line) => !codes(line).some((code) => /\.(test|e2e)\.ts$/.test(code)))).toEqual([])
})

describe('a generated document', () => {
  it.each([...generatedDocuments()])('%s is what the sources say (npm run docs)', (path, text) => expect(read(path)).toBe(text))

  it('has every flag, variable and permission', () => {
    const [configuration = '', table = ''] = [...generatedDocuments().values()]
    for (const name of flagNames) expect(configuration).toMatch(new RegExp(`^\\| \`--${name}\` .*\`${variableOf(name)}\``, 'm'))
    for (const name of Object.keys(processVariables)) expect(configuration).toContain(`| \`${name}\` |`)
    for (const name of permissions) expect(table).toContain(`| \`${name}\` |`)
  })
})

describe('run-the-tests.md', () => {
  const text = read('docs/how-to/run-the-tests.md')
  const makefile = read('Makefile')
  const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts) // our own manifest

  it('has the tests of every subgraph', () => {
    for (const name of subgraphNames) expect(text).toContain(`\`make test-${name}\``)
    expect(/^SUBGRAPHS := (.*)$/m.exec(makefile)?.[1]?.split(' ').sort()).toEqual([...subgraphNames].sort())
  })

  it.each(repositoryFiles(root).filter((path) => /^(\w+\.md|docs\/how-to\/.*\.md)$/.test(path)))('%s names only commands that there are', (path) => {
    const named = codes(read(path))
    const missing = named.filter((code) => {
      const [, tool, target = ''] = /^(npm run|make) ([\w:-]+)/.exec(code) ?? []
      if (tool === 'npm run') return !scripts.includes(target)
      return tool === 'make' && !new RegExp(`^${target}:`, 'm').test(makefile) && !subgraphNames.some((name) => target === `test-${name}`)
    })
    expect(missing).toEqual([])
  })
})
