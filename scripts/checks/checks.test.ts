/** Each check finds what it is there to find: faults planted in a small repository. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { declares, docFunctions, docPaths } from './doc-paths.ts'
import { installScripts, lockFile } from './packages.ts'
import { restingTests } from './resting-tests.ts'

let root: string
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
const integrity = 'sha512-x'
const writePackages = (allowScripts: object, packages: object, dependencies = {}): void => {
  write('package.json', JSON.stringify({ allowScripts, dependencies, devDependencies: {} }))
  write('package-lock.json', JSON.stringify({ packages: { '': {}, ...packages } }))
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-checks-'))
  execFileSync('git', ['init', '-q'], { cwd: root })
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

it('wants a decision on every install script, nested ones too, and none on packages without', () => {
  writePackages({ good: true, stale: false }, { 'node_modules/good': { hasInstallScript: true }, 'node_modules/a/node_modules/@s/new': { hasInstallScript: true } })
  expect(installScripts(root)).toEqual([expect.stringContaining('@s/new has an install script'), expect.stringContaining('stale is in allowScripts')])
})

it('wants a strong hash, no foreign address and exact versions', () => {
  const foreign = { integrity, resolved: 'https://example.org/x.tgz' }
  writePackages(
    {},
    { 'node_modules/a': { integrity }, 'node_modules/b': {}, 'node_modules/c': { integrity: 'sha1-x' }, 'node_modules/d': foreign, 'node_modules/mac': { optional: true, os: ['darwin'] } },
    { a: '1.0.0', b: '^1.0.0' },
  )
  expect(lockFile(root)).toEqual([
    'node_modules/b has no sha512 integrity',
    'node_modules/c has no sha512 integrity',
    'node_modules/d comes from an address of its own: https://example.org/x.tgz',
    'dependencies: b is not pinned (^1.0.0)',
  ])
})

it('finds tests that rest or keep others from running', () => {
  const [rest, ...others] = ['skip', 'only', 'todo', 'fails'] // never beside their test here: this file is checked, too
  write(
    'a.test.ts',
    [
      ...[rest, ...others].map((word) => `it.${word}('x', () => {})`),
      `describe.${rest}('y', () => {})`,
      ['xit', '('].join(''),
      'model.fit(1)',
      "it.skipIf(true)('named by the runner', () => {})",
    ].join('\n'),
  )
  write('test_a.py', `@pytest.mark.${rest}\ndef test_a(): model.fit(1)`)
  write('notes.ts', `it.${rest}('not a test file')`)
  expect(restingTests(root).map((line) => line.split(':').slice(0, 2).join(':'))).toEqual([...[1, 2, 3, 4, 5, 6].map((line) => `a.test.ts:${line}`), 'test_a.py:1'])
})

it('finds paths in documents that lead nowhere', () => {
  const prose = '`docs/none.ts` `docs/guide.md:3` `not/ours.ts` `nor-this.sql` `/api/x` `part.ts` `room/part.ts` `a.b` `*.test.ts`'
  write('docs/guide.md', ['[here](other.md) [there](../README.md#x) [web](https://example.org/x)', prose, '```', '`docs/in-a-fence.ts`', '```', '`dist/later.js`'].join('\n'))
  write('docs/room/part.ts', '')
  write('README.md', '# x')
  expect(docPaths(root)).toEqual(
    ['other.md', 'docs/none.ts', 'not/ours.ts', 'nor-this.sql'].map((name, i) => `docs/guide.md:${i === 0 ? 1 : 2} names ${i === 0 ? 'docs/' : ''}${name}, which does not exist`),
  )
})

it('finds functions that documents look for in the wrong file', () => {
  write('a/b.ts', 'export function declared() {}\nconst kept = () => 1\nmissing(1)\n')
  write('walk.md', ['`a/b.ts` `declared()`, `missing()` then `elsewhere()`', '`b.ts` `kept()`', '```', '`a/b.ts` `fenced()`', '```'].join('\n'))
  expect(docFunctions(root)).toEqual(['walk.md:1 says that a/b.ts has missing(), and it has not', 'walk.md:2 says that b.ts has kept(), and it has not'])
})

it.each([
  ['export async function* f<T>(a: T) {', true],
  ['export const f = (a) => a', true],
  ['class f {', true],
  ['  async f(scope, { a = [] }) {', true],
  ['  private async f<T>(a: T): Promise<void> {', true],
  ['  async f(\n    @Root() { id }: Project,', true],
  ['  f: (a) => a,', true],
  ['  f: async a => a,', true],
  ['CREATE FUNCTION f(a int)', true],
  ['  f(a, b)', false],
  ['  f(() => {', false],
  ['  f(\n    a,', false],
  ['  return f(a)', false],
  ['  ff(a) {', false],
])('%j declares f: %s', (source, isSo) => expect(declares(source, 'f')).toBe(isSo))
