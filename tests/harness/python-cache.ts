/** Where locked Python environments of tests are kept between runs. */
import { homedir } from 'node:os'
import { join } from 'node:path'

export const pythonCache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sluice-tools', 'python')
