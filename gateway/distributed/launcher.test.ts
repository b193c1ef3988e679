import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readConfig } from '#gateway/config.ts'
import { launch } from '#gateway/distributed/launcher.ts'
import { createLog } from '#shared/telemetry/log.ts'

const log = createLog({ service: 'test', level: 'silent' })
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-launcher-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const start = (...args: string[]) => launch(readConfig(['--data-dir', join(directory, 'data'), ...args], {}), log, () => undefined)

it.each([
  [['--auth', 'off'], '--auth off'],
  [['--objects', '/tmp/x'], '--objects'],
  [['--bucket-models', 'others'], '--bucket-*'],
] as const)('refuses %s, which it could not keep', async (args, named) => {
  await expect(start(...args)).rejects.toThrow(`start:distributed does not take ${named}`)
})

it('asks for a password before it makes anything', async () => {
  await expect(start()).rejects.toThrow('set SLUICE_ADMIN_PASSWORD')
})
