/** `sluice demo`: finds the platform and a credential, then runs examples/demo against it as the administrator. */
import { type DemoConfig, StartError } from '#gateway/config.ts'
import { readOperatorToken } from '#gateway/operator-token.ts'
import { runDemo } from '../examples/demo/demo.ts'
import { type Person, signIn, withToken } from '../examples/demo/person.ts'

export async function demo(config: DemoConfig, say: (line: string) => void): Promise<void> {
  const { url, dataDirectory } = config
  const health = await fetch(`${url}/health`).catch(() => undefined)
  if (!health?.ok) throw new StartError(`No Sluice answers at ${url}. Start one with npm start in another terminal, or name it with SLUICE_URL.`)
  await runDemo({ url, dataDirectory, admin: await administrator(config), say }).catch((error: unknown) => {
    throw new StartError(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  })
}

async function administrator({ url, dataDirectory, token, adminPassword }: DemoConfig): Promise<Person> {
  const given = token ?? (adminPassword === undefined ? await readOperatorToken(dataDirectory) : undefined)
  if (given !== undefined) return withToken(url, given)
  if (adminPassword !== undefined) return signIn(url, 'admin', adminPassword)
  throw new StartError(
    `The demo acts as the administrator and found no credential: set SLUICE_TOKEN or SLUICE_ADMIN_PASSWORD, or run it where the platform was started (its data directory holds operator-token; --data-dir is ${dataDirectory}).`,
  )
}
