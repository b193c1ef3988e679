/** The secrets of one installation in files of mode 0600: made once, then read. `sluice keys <directory>` makes them too. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newInnerKeys } from '#shared/inner-identity.ts'

export interface InstallationKeys {
  /** Paths of PEM files (decision 008). */
  readonly innerPrivateKey: string
  readonly innerPublicKey: string
  /** Path of 32 bytes as hex: keys caches of identity. */
  readonly secret: string
  /** Of the local database and object servers; unused where those are given. */
  readonly serverPassword: string
}

export async function ensureKeys(directory: string): Promise<InstallationKeys> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const file = (name: string): string => join(directory, name)
  const made = newInnerKeys()
  // The pair belongs together: whoever wrote the private key writes the public one.
  if (await writeOnce(file('inner.key'), made.privateKey)) await writeFile(file('inner.pub'), made.publicKey, { mode: 0o644 })
  await writeOnce(file('secret'), randomBytes(32).toString('hex'))
  await writeOnce(file('servers'), randomBytes(24).toString('hex'))
  return { innerPrivateKey: file('inner.key'), innerPublicKey: file('inner.pub'), secret: file('secret'), serverPassword: await readFile(file('servers'), 'utf8') }
}

async function writeOnce(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
