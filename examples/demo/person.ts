/** Somebody who uses the public API: GraphQL and REST with a token. What a generated client would do, by hand. */

interface GraphAnswer<T> {
  readonly data?: T | null
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[]
}

export interface UploadedDataset {
  readonly version: number
  /** The address of this dataset version. */
  readonly source: string
}

export class Person {
  constructor(
    readonly url: string,
    /** What proves who it is: an Authorization or Cookie header; nothing for nobody in particular. */
    private readonly credential: Readonly<Record<string, string>> = {},
  ) {}

  async rest(method: string, path: string, body?: object): Promise<Response> {
    return fetch(`${this.url}${path}`, { method, headers: { ...this.credential, ...(body ? { 'content-type': 'application/json' } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}) })
  }

  private async ask<T>(query: string, variables: object): Promise<GraphAnswer<T>> {
    const answer = await this.rest('POST', '/graphql', { query, variables })
    return answer.json() as Promise<GraphAnswer<T>> // the caller names the shape its own document asks for
  }

  /** The data, or an error with the first message. */
  async graph<T>(query: string, variables: object = {}): Promise<T> {
    const { data, errors } = await this.ask<T>(query, variables)
    if (errors?.length || !data) throw new Error(errors?.map((e) => e.message).join('; ') ?? 'the graph answered nothing')
    return data
  }

  /** The codes of a refused operation. */
  async graphErrors(query: string, variables: object): Promise<string[]> {
    const { errors } = await this.ask(query, variables)
    return (errors ?? []).map((e) => e.extensions?.code ?? 'UNKNOWN')
  }

  async ensureProject(name: string, title: string, description: string): Promise<void> {
    const { projects } = await this.graph<{ projects: { nodes: { name: string }[] } }>('query DemoProjects { projects(first: 1000) { nodes { name } } }')
    if (projects.nodes.some((p) => p.name === name)) return
    await this.graph('mutation DemoProject($input: CreateProjectInput!) { createProject(input: $input) { project { id } } }', { input: { project: name, title, description } })
  }

  /** Makes the account, or gives an existing one this password. Whoever gets a password from an administrator must choose another. */
  async ensureUser(username: string, displayName: string, password: string): Promise<void> {
    const { platform } = await this.graph<{ platform: { users: { nodes: { username: string }[] } } }>('query DemoUsers { platform { users(first: 1000) { nodes { username } } } }')
    if (!platform.users.nodes.some((u) => u.username === username)) {
      await this.graph('mutation DemoUser($input: CreateUserInput!) { createUser(input: $input) { user { id } } }', { input: { username, displayName, password, isAdmin: false } })
      return
    }
    const temporary = `${password} for now`
    await this.graph('mutation DemoPassword($input: SetPasswordInput!) { setPassword(input: $input) { ok } }', { input: { username, password: temporary } })
    const own = await inBrowser(this.url, username, temporary)
    await own.graph('mutation DemoOwnPassword($input: ChangeMyPasswordInput!) { changeMyPassword(input: $input) { ok } }', { input: { current: temporary, next: password } })
  }

  async setMember(project: string, username: string, role: string): Promise<void> {
    await this.graph('mutation DemoMember($input: SetMemberInput!) { setMember(input: $input) { member { role } } }', { input: { project, username, role } })
  }

  /** A token of a day; with a project it reaches nothing else. */
  async newToken(name: string, project?: string): Promise<string> {
    const { createToken } = await this.graph<{ createToken: { secret: string } }>('mutation DemoToken($input: CreateTokenInput!) { createToken(input: $input) { secret } }', {
      input: { name, ...(project === undefined ? {} : { project }), expiresInDays: 1 },
    })
    return createToken.secret
  }

  async uploadDataset(project: string, name: string, fileName: string, bytes: Uint8Array<ArrayBuffer>): Promise<UploadedDataset> {
    const form = new FormData()
    form.set('name', name)
    form.set('file', new Blob([bytes], { type: 'text/csv' }), fileName)
    const answer = await fetch(`${this.url}/p/${project}/datasets/upload?as_version=true`, { method: 'POST', headers: this.credential, body: form })
    if (!answer.ok) throw new Error(`the upload was answered with ${answer.status}: ${await answer.text()}`)
    const { project: found } = await this.graph<{ project: { dataset: { latestVersion: UploadedDataset } } }>(
      'query DemoDataset($project: String!, $name: String!) { project(name: $project) { dataset(name: $name) { latestVersion { version source } } } }',
      { project, name },
    )
    return found.dataset.latestVersion
  }
}

export const withToken = (url: string, token: string): Person => new Person(url, { authorization: `Bearer ${token}` })
export const signIn = (url: string, username: string, password: string): Person => new Person(url, { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` })

/** Signs in as a browser does, with a session: the only way for a password that must be changed. */
async function inBrowser(url: string, username: string, password: string): Promise<Person> {
  const answer = await fetch(`${url}/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username, password }) })
  const cookie = answer.headers.getSetCookie()[0]?.split(';', 1)[0]
  if (!answer.ok || !cookie) throw new Error(`the sign-in was answered with ${answer.status}: ${await answer.text()}`)
  return new Person(url, { cookie, origin: url })
}
