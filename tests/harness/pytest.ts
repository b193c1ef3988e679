/** Runs a pytest file in a locked environment once and tells what became of each test function. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Names of the test functions, in order. */
export const testsIn = (file: string): string[] => [...readFileSync(file, 'utf8').matchAll(/^ *def (test_\w+)\(/gm)].map(([, name = '']) => name)

export interface PytestRun {
  /** Function → what failed in it; an empty list where all its cases passed. Functions that did not run are absent. */
  readonly outcomes: ReadonlyMap<string, readonly string[]>
  readonly output: string
}

export async function runPytest(python: string, file: string, env: Readonly<Record<string, string>>): Promise<PytestRun> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-pytest-'))
  const report = join(folder, 'report.xml')
  try {
    const output = await new Promise<string>((resolve, reject) => {
      const child = spawn(python, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', `--junitxml=${report}`, file], {
        cwd: folder,
        env: { PATH: '/usr/bin:/bin', HOME: folder, LANG: 'C.UTF-8', MPLBACKEND: 'Agg', MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true', GIT_PYTHON_REFRESH: 'quiet', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let text = ''
      const heard = (chunk: Buffer): void => {
        text += chunk.toString()
      }
      child.stdout.on('data', heard)
      child.stderr.on('data', heard)
      child.once('error', reject)
      child.once('close', () => resolve(text))
    })
    const xml = await readFile(report, 'utf8').catch(() => '')
    return { outcomes: outcomesOf(xml), output }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** junit's `<testcase name="f[case]">`, with a `<failure>`, `<error>` or `<skipped>` inside when it did not pass. */
function outcomesOf(xml: string): Map<string, string[]> {
  const outcomes = new Map<string, string[]>()
  for (const [, attributes = '', body = ''] of xml.matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)) {
    const name = /\bname="(\w+)/.exec(attributes)?.[1]
    if (!name) continue
    const problems = outcomes.get(name) ?? []
    if (/<(failure|error|skipped)/.test(body)) problems.push(body.slice(0, 2_000))
    outcomes.set(name, problems)
  }
  return outcomes
}
