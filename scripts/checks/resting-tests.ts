/** Tests that would not run, or would keep others from running. `skipIf` with a named missing part is no rest: the runner reports it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFiles } from './files.ts'

const resting = /\b(describe|it|test|suite)(\.\w+)*\.(only|skip|todo|fails)\b|(?<![.\w])(xit|xdescribe|fit|fdescribe)\(|@pytest\.mark\.(skip|xfail)\b/

export function restingTests(root: string): string[] {
  return repositoryFiles(root)
    .filter((path) => /\.(test|e2e|audit)\.tsx?$|(^|\/)test_[^/]+\.py$/.test(path))
    .flatMap((path) =>
      readFileSync(join(root, path), 'utf8')
        .split('\n')
        .flatMap((line, i) => (resting.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
    )
}
