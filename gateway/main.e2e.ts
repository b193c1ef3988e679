/** The command line as people meet it: one clear line for a mistake, a clean stop for a signal. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-cli-'))
  await chmod(directory, 0o755) // as root the database runs as another user
})
afterAll(() => rm(directory, { recursive: true, force: true }))

interface Cli {
  readonly said: Promise<string>
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
  signal(name: NodeJS.Signals): void
}

/** `said` is fulfilled when stderr matches the pattern. */
function sluice(args: readonly string[], until = /\0/, environment: Readonly<Record<string, string>> = {}): Cli {
  const child = spawn(repositoryPath('node_modules', '.bin', 'node'), ['--import', 'tsx', repositoryPath('gateway', 'main.ts'), ...args], {
    cwd: repositoryPath(),
    env: { PATH: process.env['PATH'] ?? '', HOME: directory, ...environment },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  const said = Promise.withResolvers<string>()
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    if (until.test(stderr)) said.resolve(stderr)
  })
  const ended = new Promise<Awaited<Cli['ended']>>((resolve) =>
    child.once('close', (code) => {
      resolve({ code, stdout, stderr })
      said.resolve(stderr)
    }),
  )
  return { said: said.promise, ended, signal: (name) => void child.kill(name) }
}

describe('a mistake is exit code 1 and one line that says what to do', () => {
  const listening = (server: Server): Promise<number> =>
    new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(typeof address === 'object' && address ? address.port : 0)
      }),
    )
  test('a port that is taken, before a database is started for nothing', async () => {
    const server = createServer()
    const port = await listening(server)
    const { code, stderr } = await sluice(['start', '--port', String(port), '--data-dir', join(directory, 'taken')]).ended
    server.close()
    expect([code, stderr]).toEqual([1, `sluice: Port ${port} of 127.0.0.1 is taken. Choose another with --port or SLUICE_PORT.\n`])
  })
  test('a database that is not there', async () => {
    const { code, stderr } = await sluice(['start', '--port', '0', '--data-dir', join(directory, 'nodb'), '--database-url', 'postgres://nobody:geheim@127.0.0.1:1/x']).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/^preparing the databases …\nsluice: The database of identity cannot be used: .*ECONNREFUSED.*\n$/)
    expect(stderr).not.toContain('geheim')
  })
  test('a data directory that cannot be written', async () => {
    const file = join(directory, 'a-file')
    await writeFile(file, '')
    const { code, stderr } = await sluice(['start', '--port', '0', '--data-dir', file]).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/^sluice: The data directory .*a-file cannot be written: .*\n$/)
  })
  test('no password for admin where nobody would read a generated one', async () => {
    const { code, stderr } = await sluice(['start', '--port', '0', '--host', '0.0.0.0', '--insecure-http', '--data-dir', join(directory, 'open')]).ended
    expect([code, stderr]).toEqual([1, 'sluice: Beyond this machine Sluice starts only with a password for admin: set SLUICE_ADMIN_PASSWORD (12 characters or more).\n'])
  })
  test('a command that does not exist', async () => {
    const { code, stderr } = await sluice(['stop']).ended
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^sluice: There is no command stop\. Commands: start, .*\n$/)])
  })
})

describe('sluice start', () => {
  const start = (): Cli => sluice(['start', '--port', '0', '--data-dir', join(directory, 'data')], /is ready[\s\S]*MLFLOW_TRACKING_URI/)

  test('with nothing but a directory: an address, a first password once, and a clean end, and then again', async () => {
    const first = start()
    const said = await first.said
    const url = /is ready: (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1] ?? ''
    expect(said).toMatch(/user {6}admin\n {2}password {2}\S{16,}/)
    expect(await (await fetch(`${url}/health`)).text()).toBe('OK')
    expect(await (await fetch(url)).text()).toBe('{"message":"Welcome to ML Studio","service":"ml_studio","status":"Online"}')
    first.signal('SIGTERM')
    const { code, stdout } = await first.ended
    expect(code).toBe(0)
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>) // every line of stdout is an event
    expect(events.filter((e) => e['level'] === 'error' || e['level'] === 'warn')).toEqual([])
    expect(events.filter((e) => e['msg'] === 'request')).toHaveLength(2)
    const password = /password {2}(\S+)/.exec(said)?.[1] ?? '?'
    expect(stdout).not.toContain(password)

    const second = start()
    expect(await second.said).not.toContain('password  ')
    second.signal('SIGINT')
    expect((await second.ended).code).toBe(0)
  })
})
