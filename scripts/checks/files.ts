/** The files of the repository as git would commit them; beside a checkout without git, nothing is guessed. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export function repositoryFiles(root: string): string[] {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return list.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))
}
