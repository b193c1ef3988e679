/** What the parts of `npm test` report, and the sum of it. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { runChild } from './run-child.ts'

export interface Part {
  readonly name: string
  readonly passed: number
  readonly failed: number
  /** What did not run, and why. */
  readonly notRun: readonly string[]
  readonly problems: readonly string[]
}

/** What we read of vitest's JSON report. */
export interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message?: string
    readonly assertionResults: readonly { readonly status: string; readonly title: string; readonly fullName: string; readonly ancestorTitles: readonly string[] }[]
  }[]
}

interface Options {
  readonly quiet?: boolean
}

/** One vitest run, counted from its JSON report: a file that does not load and an error outside of tests count as failures too. */
export async function vitestPart(name: string, root: string, args: readonly string[], { quiet = false }: Options = {}): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-report-'))
  const file = join(folder, 'report.json')
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const { code } = await runChild(process.execPath, [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, '--maxWorkers=2', ...args], { cwd: root, quiet })
    const report: VitestReport | undefined = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
    return countReport(name, root, report, code)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function countReport(name: string, root: string, report: VitestReport | undefined, code: number): Part {
  if (!report) return { name, passed: 0, failed: 1, notRun: [], problems: [`${name}: vitest ended with ${code} and wrote no report`] }
  const problems: string[] = []
  const notRun: string[] = []
  let failed = report.numFailedTests
  for (const file of report.testResults) {
    const path = relative(root, file.name)
    const skipped = file.assertionResults.filter((test) => test.status !== 'passed' && test.status !== 'failed')
    if (skipped.length > 0) notRun.push(`${skipped.length} tests of ${path}: ${[...new Set(skipped.map((test) => test.ancestorTitles[0] ?? test.title))].join('; ')}`)
    for (const test of file.assertionResults) if (test.status === 'failed') problems.push(`${path}: ${test.fullName}`)
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) {
      failed += 1
      problems.push(`${path}: ${file.message?.split('\n')[0] || 'the file failed outside of its tests'}`)
    }
  }
  if (code !== 0 && failed === 0) {
    failed = 1
    problems.push(`${name}: vitest ended with ${code} although every test passed (an error outside of tests, or no test was found)`)
  }
  return { name, passed: report.numPassedTests, failed, notRun, problems }
}

/** A program of our own that ends with `N passed, N failed` and may say `not run: <what>: <why>` on lines before. */
export async function programPart(name: string, root: string, script: string, { quiet = false }: Options = {}): Promise<Part> {
  const { code, output } = await runChild(process.execPath, [join(root, script)], { cwd: root, collect: true, quiet })
  const lines = output.trimEnd().split('\n')
  const closing = /^(\d+) passed, (\d+) failed$/.exec(lines.at(-1) ?? '')
  const notRun = lines.filter((line) => line.startsWith('not run: ')).map((line) => line.slice('not run: '.length))
  if (!closing) return { name, passed: 0, failed: 1, notRun, problems: [`${name}: ended with ${code} and no closing line`] }
  const failed = Math.max(Number(closing[2]), code === 0 ? 0 : 1)
  return { name, passed: Number(closing[1]), failed, notRun, problems: failed > 0 ? [`${name}: ${failed} failed (above)`] : [] }
}

/** The end of the report; its last line is `N passed, N failed`. In CI what did not run has failed. */
export function summary(parts: readonly Part[], missing: readonly string[], isCI: boolean): { readonly lines: readonly string[]; readonly exitCode: number } {
  const notRun = [...missing, ...parts.flatMap((part) => part.notRun)]
  const problems = parts.flatMap((part) => part.problems)
  const passed = parts.reduce((sum, part) => sum + part.passed, 0)
  const failed = parts.reduce((sum, part) => sum + part.failed, 0) + (isCI ? notRun.length : 0)
  const lines = [
    ...parts.map((part) => `${part.name}: ${part.passed} passed, ${part.failed} failed${part.notRun.length > 0 ? `, ${part.notRun.length} not run` : ''}`),
    ...(problems.length > 0 ? ['', 'Failed:', ...problems.map((line) => `  ${line}`)] : []),
    ...(notRun.length > 0 ? ['', isCI ? 'Not run (in CI that is a failure):' : 'Not run here:', ...notRun.map((line) => `  ${line}`)] : []),
    '',
    `${passed} passed, ${failed} failed`,
  ]
  return { lines, exitCode: failed > 0 || passed === 0 ? 1 : 0 }
}
