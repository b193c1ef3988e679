/** The real platform in this process, on a free port, with a database of its own and people of every kind. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '#gateway/config.ts'
import { openEmbedded } from '#gateway/embedded.ts'
import { createPlatform, type Platform } from '#gateway/platform.ts'
import { type GraphAnswer, type TestClient, testClient } from '#gateway/testing/http-client.ts'
import { newTestDatabase } from '#shared/testing/database.ts'
import { createLog } from '#shared/telemetry/log.ts'

export const adminPassword = 'correct horse battery'
export type Name = 'olga' | 'vera' | 'otto'

export interface TestPlatform {
  readonly platform: Platform
  readonly client: TestClient
  readonly admin: Record<string, string>
  /** The Authorization header of olga (owns p1), vera (views p1) and otto (owns p2). */
  readonly as: Readonly<Record<Name, Record<string, string>>>
  close(): Promise<void>
}

export const basic = (user: string, password: string): Record<string, string> => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` })
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

export async function startTestPlatform(flags: readonly string[] = []): Promise<TestPlatform> {
  const database = await newTestDatabase()
  const directory = await mkdtemp(join(tmpdir(), 'sluice-gateway-'))
  const config = readConfig(['--port', '0', '--data-dir', directory, '--database-url', database.url, '--admin-password', adminPassword, ...flags], {})
  const platform = await createPlatform(config, { log: createLog({ service: 'test', level: 'silent' }), openTopology: openEmbedded })
  const client = testClient(platform.url)
  const admin = basic('admin', adminPassword)
  return {
    platform,
    client,
    admin,
    as: config.auth ? await makePeople(client, admin) : { olga: {}, vera: {}, otto: {} },
    async close() {
      await platform.stop()
      await database.drop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** The data of an operation that must succeed. */
export function dataOf<T>({ data, errors }: GraphAnswer): T {
  if (errors?.length || data === undefined || data === null) throw new Error(JSON.stringify(errors))
  return data as T // the caller names what its own document asks for
}

async function makePeople(client: TestClient, admin: Record<string, string>): Promise<TestPlatform['as']> {
  for (const project of ['p1', 'p2'])
    dataOf(await client.ask('mutation($input: CreateProjectInput!) { createProject(input: $input) { project { id } } }', admin, { input: { project, title: project } }))
  const invite = async (username: Name, project: string, role: string): Promise<Record<string, string>> => {
    const password = `a long enough secret, number ${username.charCodeAt(0) + 7_000}`
    dataOf(await client.ask('mutation($input: CreateUserInput!) { createUser(input: $input) { user { id } } }', admin, { input: { username, displayName: username, password } }))
    dataOf(await client.ask('mutation($input: SetMemberInput!) { setMember(input: $input) { member { role } } }', admin, { input: { project, username, role } }))
    const token = await client.ask('mutation { createToken(input: { name: "test", expiresInDays: 1 }) { secret } }', basic(username, password))
    return bearer(dataOf<{ createToken: { secret: string } }>(token).createToken.secret)
  }
  return { olga: await invite('olga', 'p1', 'OWNER'), vera: await invite('vera', 'p1', 'VIEWER'), otto: await invite('otto', 'p2', 'OWNER') }
}
