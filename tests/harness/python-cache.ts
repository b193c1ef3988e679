/** Where locked Python environments of tests are kept between runs. */
import { mkdir, symlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

export const pythonCache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sluice-tools', 'python')

/** Lets `sluice demo` find its environments in the cache instead of making them anew in every data directory. */
export async function shareDemoEnvironment(dataDirectory: string): Promise<void> {
  await mkdir(pythonCache, { recursive: true })
  await symlink(pythonCache, join(dataDirectory, 'python'))
}
