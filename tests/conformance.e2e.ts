/** What a fresh platform answers to the calls whose answers were recorded from a real MLflow server (conformance/). */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'
import { startPlatform, type Platform } from './harness/platform.ts'

const folder = repositoryPath('conformance')
const goldens = repositoryPath('conformance', 'goldens.json')
/** The program that recorded the answers, where it lies beside the repository; ours is a copy of it. */
const original = repositoryPath('..', 'shared', 'mlflow', 'probe.py')

let platform: Platform
beforeEach(async () => {
  platform = await startPlatform('embedded', { flags: ['--auth', 'off'] })
})
afterEach(() => platform?.stop())

interface Ended {
  readonly code: number
  readonly output: string
}
const python = (...args: string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = execFile('python3', args, { maxBuffer: 64 * 1024 * 1024, env: { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1' } }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number')
        reject(error) // it did not start
      else resolve({ code: child.exitCode ?? -1, output: `${stdout}${stderr}` })
    })
  })
const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? ''

describe('against the record of MLflow 3.17.2, a fresh platform', () => {
  it('answers every call as on record, or otherwise on purpose, or not yet', async () => {
    const { code, output } = await python(repositoryPath('conformance', 'probe.py'), 'compare', platform.url, goldens, '--contract', folder)
    const counts = /^(\d+) agree, (\d+) deliberate, (\d+) missing, (\d+) wrong$/.exec(lastLine(output))
    expect(
      counts?.slice(1).reduce((sum, count) => sum + Number(count), 0),
      output.slice(-5_000),
    ).toBe(398)
    console.log(`MLflow conformance: ${counts?.[0]}`)
    expect(counts?.[4], output.slice(0, 20_000)).toBe('0')
    expect(code).toBe(0)
  })

  it('agrees to the letter on at least 250, by the unmodified program', async () => {
    const program = existsSync(original) ? original : repositoryPath('conformance', 'probe.py')
    const { output } = await python(program, 'compare', platform.url, goldens)
    const [said, equal] = /^(\d+) of 398 equal$/.exec(lastLine(output)) ?? []
    expect(equal, output.slice(-2_000)).toBeDefined()
    console.log(`MLflow conformance to the letter: ${said} (${program === original ? 'the program that recorded' : 'our copy of it'})`)
    expect(Number(equal)).toBeGreaterThanOrEqual(250)
  })
})
