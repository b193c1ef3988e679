/** The runner counts what vitest really did: a failure, a file that does not load and a skipped test never look like success. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'
import { countReport, programPart, summary, vitestPart } from './parts.ts'

const quiet = { quiet: true }
let root: string
const write = (path: string, text: string): void => writeFileSync(join(root, path), text)

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-runner-'))
  symlinkSync(repositoryPath('node_modules'), join(root, 'node_modules'))
  write('package.json', '{"type": "module"}')
  write('vitest.config.mjs', "export default { test: { include: ['*.spec.mjs'] } }")
  const head = "import { expect, it } from 'vitest'\n"
  write('good.spec.mjs', `${head}it('holds', () => {})\nit('holds too', () => {})`)
  write('bad.spec.mjs', `${head}it('holds', () => {})\nit('breaks', () => expect(1).toBe(2))`)
  write('unloadable.spec.mjs', "import './absent.mjs'")
  write('late.spec.mjs', `${head}it('fails afterwards', async () => { void Promise.reject(new Error('nobody listens')); await new Promise((r) => setTimeout(r, 50)) })`)
  write('resting.spec.mjs', `${head}it('runs', () => {})\nit.skipIf(true)('rests', () => {})`)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('a vitest run', () => {
  it('counts what passed', async () => {
    expect(await vitestPart('part', root, ['good'], quiet)).toEqual({ name: 'part', passed: 2, failed: 0, notRun: [], problems: [] })
  })

  it('counts and names what failed', async () => {
    expect(await vitestPart('part', root, ['bad'], quiet)).toMatchObject({ passed: 1, failed: 1, problems: ['bad.spec.mjs: breaks'] })
  })

  it('counts a file that does not load', async () => {
    expect(await vitestPart('part', root, ['good', 'unloadable'], quiet)).toMatchObject({ passed: 2, failed: 1, problems: [expect.stringContaining('unloadable.spec.mjs')] })
  })

  it('counts an error that no test caught', async () => {
    expect(await vitestPart('part', root, ['late'], quiet)).toMatchObject({ failed: 1 })
  })

  it('counts a run that finds nothing to run', async () => {
    expect(await vitestPart('part', root, ['no-such-file'], quiet)).toMatchObject({ passed: 0, failed: 1 })
  })

  it('names what did not run', async () => {
    expect(await vitestPart('part', root, ['resting'], quiet)).toMatchObject({ passed: 1, failed: 0, notRun: ['1 tests of resting.spec.mjs: rests'] })
  })

  it('counts a run that died without a report', () => {
    expect(countReport('part', root, undefined, 137)).toMatchObject({ passed: 0, failed: 1 })
  })
})

describe('a program that counts for itself', () => {
  it('is believed when its exit code agrees', async () => {
    write('ok.mjs', "console.log('not run: mlflow 2: no network'); console.log('3 passed, 0 failed')")
    expect(await programPart('clients', root, 'ok.mjs', quiet)).toMatchObject({ passed: 3, failed: 0, notRun: ['mlflow 2: no network'] })
  })

  it('has failed without a closing line, or with another exit code than 0', async () => {
    write('silent.mjs', "console.log('all fine')")
    write('liar.mjs', "console.log('3 passed, 0 failed'); process.exitCode = 1")
    expect(await programPart('clients', root, 'silent.mjs', quiet)).toMatchObject({ failed: 1 })
    expect(await programPart('clients', root, 'liar.mjs', quiet)).toMatchObject({ passed: 3, failed: 1 })
  })
})

describe('the summary', () => {
  const part = { name: 'unit', passed: 5, failed: 0, notRun: [], problems: [] }
  it('ends with the totals alone on the last line', () => {
    expect(summary([part, { ...part, failed: 2, problems: ['a', 'b'] }], [], false)).toMatchObject({ exitCode: 1, lines: expect.arrayContaining(['10 passed, 2 failed']) })
    expect(summary([part], [], false).lines.at(-1)).toBe('5 passed, 0 failed')
  })

  it('names a missing part, and fails for it in CI only', () => {
    const onAMachine = summary([part], ['identity on MariaDB: mariadbd is not installed'], false)
    expect(onAMachine.exitCode).toBe(0)
    expect(onAMachine.lines.join('\n')).toContain('mariadbd is not installed')
    const inCI = summary([part], ['identity on MariaDB: mariadbd is not installed'], true)
    expect(inCI.exitCode).toBe(1)
    expect(inCI.lines.at(-1)).toBe('5 passed, 1 failed')
  })

  it('does not call nothing a success', () => {
    expect(summary([], [], false).exitCode).toBe(1)
  })
})
