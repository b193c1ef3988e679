/** The unmodified MLflow client, a 3.x and a 2.x, does its daily work against a running platform. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'
import { ensurePythonEnvironment } from '../workers/python-environment.ts'
import { makePeople, passwordOf, type Cast, type Name } from './harness/people.ts'
import { startPlatform, type Platform } from './harness/platform.ts'
import { runPytest, testsIn, type PytestRun } from './harness/pytest.ts'
import { pythonCache } from './harness/python-cache.ts'

const file = repositoryPath('tests', 'python', 'test_stock_client.py')
/** What a 2.x client has no calls for; its file leaves them out by itself. */
const onlyIn3 = new Set(['test_the_workspace_chooses_the_project', 'test_logged_models_are_found'])
const clients = [
  { name: 'mlflow 3.17.2', lock: 'mlflow3.lock', tests: testsIn(file) },
  { name: 'mlflow 2.22.2', lock: 'mlflow2.lock', tests: testsIn(file).filter((test) => !onlyIn3.has(test)) },
]
let platform: Platform
let people: Cast

beforeAll(async () => {
  platform = await startPlatform('embedded')
  people = await makePeople(platform.admin)
})
afterAll(() => platform?.stop())

describe.each(clients)('$name', ({ lock, tests }) => {
  let run: PytestRun
  beforeAll(async () => {
    const { python } = await ensurePythonEnvironment({ lock: repositoryPath('tests', 'python', lock), directory: pythonCache, progress: () => undefined })
    const names: readonly Name[] = ['alice', 'bob', 'vera', 'mallory']
    const cast = Object.fromEntries(names.map((name) => [name, { user: name, password: passwordOf(name), token: people.tokens[name] }]))
    run = await runPytest(python, file, { SLUICE_URL: platform.url, PEOPLE: JSON.stringify(cast) })
  }, 900_000)

  it.each(tests)('%s', (test) => {
    expect(run.outcomes.get(test), run.output.slice(-3_000)).toEqual([])
  })
})
