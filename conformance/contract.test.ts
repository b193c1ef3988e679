import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'

it('the comparison with MLflow can fail', () => {
  const { status, stderr } = spawnSync('python3', ['-B', repositoryPath('conformance', 'test_contract.py')], { encoding: 'utf8' })
  expect(stderr).toMatch(/Ran 9 tests/)
  expect(status, stderr).toBe(0)
})
