/** Requests for the door's tests. fetch() may not set Host and the like; `raw` can. */
import { request as httpRequest } from 'node:http'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}
export interface RawOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}
export interface GraphAnswer {
  readonly status: number
  readonly data?: unknown
  readonly errors?: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[]
}

export interface TestClient {
  raw(path: string, options?: RawOptions): Promise<RawAnswer>
  ask(query: string, headers?: Readonly<Record<string, string>>, variables?: object): Promise<GraphAnswer>
}

/** The people of fixture-door.ts. */
export const as = (name: string): Record<string, string> => ({ authorization: `Bearer token-of-${name}` })

export function testClient(url: string): TestClient {
  const raw: TestClient['raw'] = (path, { method = 'GET', headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const request = httpRequest(`${url}${path}`, { method, headers }, (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => {
          text += chunk
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }))
      })
      request.on('error', reject)
      request.end(body)
    })
  return {
    raw,
    async ask(query, headers = {}, variables) {
      const { status, body } = await raw('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, ...(variables ? { variables } : {}) }),
      })
      return { status, ...(JSON.parse(body) as Omit<GraphAnswer, 'status'>) } // what GraphQL promises
    },
  }
}
