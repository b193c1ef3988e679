/** The operator's token in the data directory: what `sluice demo` and later commands sign in with (decision 009). */
import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cleanup } from '#gateway/cleanup.ts'
import type { Log } from '#shared/telemetry/log.ts'

const RENEW_MS = 12 * 60 * 60_000
const fileIn = (dataDirectory: string): string => join(dataDirectory, 'operator-token')

/** Writes a new one now and twice a day; a token lives for one. */
export async function keepOperatorToken(newToken: () => Promise<string | undefined>, dataDirectory: string, cleanup: Cleanup, log: Log): Promise<void> {
  const renew = async (): Promise<void> => {
    const token = await newToken()
    if (token === undefined) return
    const temporary = `${fileIn(dataDirectory)}.${randomUUID()}`
    await writeFile(temporary, token, { mode: 0o600 })
    await rename(temporary, fileIn(dataDirectory))
  }
  await renew()
  const timer = setInterval(() => void renew().catch((error: unknown) => log.warn({ err: error }, 'the operator token was not renewed')), RENEW_MS)
  timer.unref()
  cleanup.defer('operator token', () => Promise.resolve(clearInterval(timer)))
}

export const readOperatorToken = (dataDirectory: string): Promise<string | undefined> =>
  readFile(fileIn(dataDirectory), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  )
