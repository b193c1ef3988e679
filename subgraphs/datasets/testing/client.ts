/** A client for the routes of datasets in tests. */
import type { TestServer } from '#datasets/testing/server.ts'

type Person = keyof TestServer['people']

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

export function clientOf(server: Pick<TestServer, 'url'>, who: Person, project: string) {
  const headers = { 'x-test-user': who, 'x-test-project': project }
  const answerOf = async (response: Response): Promise<Answer> => {
    const text = await response.text()
    const body: Record<string, unknown> = text === '' ? {} : JSON.parse(text)
    return { status: response.status, headers: response.headers, body }
  }
  return {
    async upload(fileName: string, content: string | Uint8Array<ArrayBuffer>, query = '', fields: Record<string, string> = {}): Promise<Answer> {
      const form = new FormData()
      for (const [name, value] of Object.entries(fields)) form.set(name, value)
      form.set('file', new Blob([content]), fileName)
      return answerOf(await fetch(`${server.url}/datasets/upload${query}`, { method: 'POST', body: form, headers }))
    },
    async put(query: string, content: string | Uint8Array<ArrayBuffer>): Promise<Answer> {
      return answerOf(await fetch(`${server.url}/datasets/upload?${query}`, { method: 'PUT', body: content, headers }))
    },
    get: async (path: string, more: Record<string, string> = {}): Promise<Answer> => answerOf(await fetch(server.url + path, { headers: { ...headers, ...more } })),
    remove: async (path: string): Promise<Answer> => answerOf(await fetch(server.url + path, { method: 'DELETE', headers })),
    raw: (path: string, more: Record<string, string> = {}): Promise<Response> => fetch(server.url + path, { headers: { ...headers, ...more } }),
  }
}
