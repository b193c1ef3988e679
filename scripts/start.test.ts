/** The starter against a small repository of its own: a fake npm and a fake build, everything else is the real thing. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'

/** How the starter hands over: by replacing itself, or (as on older Nodes) by running a child. */
const waysToHandOver = [
  ['in place', []],
  ['as a child', ['--import', 'data:text/javascript,process.execve=undefined']],
] as const

const product = `
let asked = 0
process.on('SIGTERM', () => { asked += 1; setTimeout(() => { console.log('asked ' + asked); process.exit(7) }, 100) })
console.log('ready ' + JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), pid: process.pid }))
if (process.argv.includes('--stay')) setInterval(() => {}, 1000)
else process.exit(Number(process.argv[3] ?? 0))
`
const fakeBuild = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { buildAndStamp } from './bootstrap/staleness.mjs'
for (const name of process.argv.slice(2)) await buildAndStamp('.', name, () => {
  appendFileSync('log', 'build ' + name + '\\n')
  if (process.env.BREAK_BUILD) process.exit(1)
  mkdirSync('dist', { recursive: true })
  writeFileSync('dist/sluice.js', ${JSON.stringify(product)})
})
`
const fakeNpm = `#!/bin/sh
echo "npm $1" >> log
if [ -n "$BREAK_NPM" ]; then exit 3; fi
rm -rf node_modules; mkdir -p node_modules/node/bin
ln -s "$REAL_NODE" node_modules/node/bin/node
`

let root: string
beforeEach(() => {
  root = join(realpathSync(mkdtempSync(join(tmpdir(), 'sluice-start-'))), 'a path%20with spaces')
  for (const folder of ['scripts', 'gateway', 'fake']) mkdirSync(join(root, folder), { recursive: true })
  cpSync(repositoryPath('scripts/start.mjs'), join(root, 'scripts/start.mjs'))
  cpSync(repositoryPath('scripts/bootstrap'), join(root, 'scripts/bootstrap'), { recursive: true })
  write('scripts/build.mjs', fakeBuild)
  write('gateway/main.ts', 'one')
  write('package.json', '{"name": "fixture", "type": "module"}')
  writeLock('1.0.0')
  write('fake/npm', fakeNpm)
  chmodSync(join(root, 'fake/npm'), 0o755)
})
afterEach(() => rmSync(dirname(root), { recursive: true, force: true }))

const write = (path: string, text: string): void => writeFileSync(join(root, path), text)
const writeLock = (version: string): void => write('package-lock.json', JSON.stringify({ packages: { '': {}, 'node_modules/node': { version, integrity: `sha512-${version}` } } }))
const done = (): string[] => (existsSync(join(root, 'log')) ? readFileSync(join(root, 'log'), 'utf8').trim().split('\n') : [])
const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ PATH: `${join(root, 'fake')}:/usr/bin:/bin`, REAL_NODE: process.execPath, ...more })

function start(args: readonly string[], options: { flags?: readonly string[]; env?: NodeJS.ProcessEnv; cwd?: string } = {}) {
  return spawnSync(process.execPath, [...(options.flags ?? []), join(root, 'scripts/start.mjs'), ...args], {
    env: environment(options.env),
    cwd: options.cwd ?? root,
    encoding: 'utf8',
    timeout: 30_000,
  })
}
const answerOf = (stdout: string): unknown => JSON.parse(/ready (.*)/.exec(stdout)?.[1] ?? 'null')

describe('what a start does before it starts', () => {
  it('installs and builds the first time and neither the second', () => {
    expect(start(['start'])).toMatchObject({ status: 0 })
    expect(done()).toEqual(['npm ci', 'build server'])
    expect(start(['start'])).toMatchObject({ status: 0, stderr: '' })
    expect(done()).toHaveLength(2)
  })

  it('installs again when the lock changes', () => {
    start(['start'])
    writeLock('2.0.0')
    start(['start'])
    expect(done()).toEqual(['npm ci', 'build server', 'npm ci', 'build server'])
  })

  it('takes an installation that npm itself recorded as good, and not one of another lock', () => {
    start(['prepare'])
    rmSync(join(root, 'node_modules/.sluice-lock'))
    cpSync(join(root, 'package-lock.json'), join(root, 'node_modules/.package-lock.json'))
    write('node_modules/.package-lock.json', JSON.stringify({ packages: { 'node_modules/node': { version: '1.0.0', integrity: 'sha512-1.0.0' } } }))
    start(['prepare'])
    expect(done()).toEqual(['npm ci', 'build server'])
    writeLock('2.0.0')
    start(['prepare'])
    expect(done().filter((line) => line === 'npm ci')).toHaveLength(2)
  })

  it('builds again for a changed source, not for a touched one', () => {
    start(['prepare'])
    utimesSync(join(root, 'gateway/main.ts'), 1, 1)
    start(['prepare'])
    expect(done()).toEqual(['npm ci', 'build server'])
    write('gateway/main.ts', 'two')
    start(['prepare'])
    expect(done()).toEqual(['npm ci', 'build server', 'build server'])
  })

  it('does not take a failed build for a build', () => {
    const failed = start(['start'], { env: { BREAK_BUILD: '1' } })
    expect(failed.status).toBe(1)
    expect(failed.stderr).toContain('The build failed')
    expect(start(['start'])).toMatchObject({ status: 0 })
  })

  it('says in one line that npm failed, or is not there', () => {
    const failed = start(['start'], { env: { BREAK_NPM: '1' } })
    expect(failed.status).toBe(1)
    expect(failed.stderr).toContain('npm ci failed (exit code 3)')
    const absent = start(['start'], { env: { PATH: '/nowhere' } })
    expect(absent.status).toBe(1)
    expect(absent.stderr).toContain('npm was not found')
    expect(existsSync(join(root, '.bootstrap.lock'))).toBe(false)
  })

  it('takes over the lock of a start that died', () => {
    write('.bootstrap.lock', '999999999')
    expect(start(['start'])).toMatchObject({ status: 0 })
    expect(existsSync(join(root, '.bootstrap.lock'))).toBe(false)
  })

  it('installs once when two start together', async () => {
    const both = [launch(['prepare']), launch(['prepare'])]
    await Promise.all(both.map((process) => ended(process)))
    expect(done()).toEqual(['npm ci', 'build server'])
  })
})

describe.each(waysToHandOver)('handing over %s', (_name, flags) => {
  it('keeps arguments, working directory and exit code', () => {
    const elsewhere = dirname(root)
    const result = start(['demo', '5', '--port', '0', 'two words'], { flags, cwd: elsewhere })
    expect(result.status).toBe(5)
    expect(answerOf(result.stdout)).toMatchObject({ args: ['demo', '5', '--port', '0', 'two words'], cwd: elsewhere })
  })

  it('starts the platform when only flags are given', () => {
    expect(answerOf(start(['--port', '0'], { flags }).stdout)).toMatchObject({ args: ['start', '--port', '0'] })
  })

  it('passes a signal on once and keeps the exit code', async () => {
    start(['prepare'])
    const process = launch(['start', '--stay'], flags)
    await said(process, 'ready')
    process.kill('SIGTERM')
    expect(await ended(process)).toEqual({ code: 7, output: expect.stringContaining('asked 1') })
  })
})

it('leaves no orphan when the starter is killed without a word', async () => {
  start(['prepare'])
  const starter = launch(['start', '--stay'], waysToHandOver[1][1])
  const { pid } = JSON.parse((await said(starter, 'ready')).split('ready ')[1] ?? '') as { pid: number } // printed by the product above
  expect(pid).not.toBe(starter.pid)
  starter.kill('SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false)
})

const output = new WeakMap<ChildProcess, string>()
function launch(args: readonly string[], flags: readonly string[] = []): ChildProcess {
  const process_ = spawn(process.execPath, [...flags, join(root, 'scripts/start.mjs'), ...args], { env: environment(), cwd: root })
  output.set(process_, '')
  process_.stdout.on('data', (chunk: Buffer) => output.set(process_, output.get(process_) + chunk.toString()))
  return process_
}
async function said(process_: ChildProcess, word: string): Promise<string> {
  await expect.poll(() => output.get(process_), { timeout: 20_000 }).toContain(`${word} `)
  return output.get(process_) ?? ''
}
const ended = (process_: ChildProcess): Promise<{ code: number | null; output: string }> =>
  new Promise((resolve) => process_.once('close', (code) => resolve({ code, output: output.get(process_) ?? '' })))
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
