/** The unmodified MLflow 3 client traces, assesses and evaluates against a running platform. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'
import { ensurePythonEnvironment } from '../workers/python-environment.ts'
import { makePeople, type Name, passwordOf } from './harness/people.ts'
import { type Platform, startPlatform } from './harness/platform.ts'
import { type PytestRun, runPytest, testsIn } from './harness/pytest.ts'
import { pythonCache } from './harness/python-cache.ts'

const file = repositoryPath('tests', 'python', 'test_traces.py')
let platform: Platform
let run: PytestRun

describe('mlflow 3.17.2', () => {
  beforeAll(async () => {
    platform = await startPlatform('embedded')
    const people = await makePeople(platform.admin)
    const { python } = await ensurePythonEnvironment({ lock: repositoryPath('tests', 'python', 'mlflow3.lock'), directory: pythonCache, progress: () => undefined })
    const names: readonly Name[] = ['alice', 'bob', 'vera', 'mallory']
    const cast = Object.fromEntries(names.map((name) => [name, { user: name, password: passwordOf(name), token: people.tokens[name] }]))
    run = await runPytest(python, file, { SLUICE_URL: platform.url, PEOPLE: JSON.stringify(cast) })
  }, 900_000)
  afterAll(() => platform?.stop())

  it.each(testsIn(file))('%s', (test) => {
    expect(run.outcomes.get(test), run.output.slice(-3_000)).toEqual([])
  })
})
