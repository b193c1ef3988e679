/** Requests and answers of the matrix, as plain values: built once, sent by whoever has a credential. */

/** What proves who asks: an Authorization header, or nothing. */
export type Credential = Readonly<Record<string, string>>

export interface Ask {
  readonly method: string
  /** Complete, from the root. */
  readonly path: string
  readonly json?: object | undefined
  /** The bare body, where it is not JSON. */
  readonly body?: string | FormData | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export interface Answer {
  readonly status: number
  readonly text: string
}

export const bearer = (token: string): Credential => ({ authorization: `Bearer ${token}` })
export const basic = (user: string, password: string): Credential => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` })

export async function send(url: string, credential: Credential, { method, path, json, body, headers }: Ask): Promise<Answer> {
  const { type, content } = json === undefined ? await inOnePiece(body) : { type: 'application/json', content: JSON.stringify(json) }
  const answer = await fetch(`${url}${path}`, { method, headers: { ...credential, ...(type ? { 'content-type': type } : {}), ...headers }, ...(content === undefined ? {} : { body: content }) })
  return { status: answer.status, text: await answer.text() }
}

/** A form that is streamed may meet a connection that was closed after its refusal: small ones go out at once. */
async function inOnePiece(body: Ask['body']): Promise<{ type: string | null; content: string | ArrayBuffer | undefined }> {
  if (!(body instanceof FormData)) return { type: null, content: body }
  const form = new Response(body)
  return { type: form.headers.get('content-type'), content: await form.arrayBuffer() }
}

export interface GraphAnswer {
  readonly status: number
  readonly text: string
  readonly data: unknown
  readonly errors: readonly { readonly message: string; readonly extensions?: { readonly code?: string; readonly permissions?: readonly string[] } }[]
}

export async function ask(url: string, credential: Credential, query: string, variables: object = {}): Promise<GraphAnswer> {
  const { status, text } = await send(url, credential, { method: 'POST', path: '/graphql', json: { query, variables } })
  const { data = null, errors = [] } = JSON.parse(text) as Partial<GraphAnswer> // GraphQL over HTTP always answers this
  return { status, text, data, errors }
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** An answer without what the one who asked had put in, and without what is new in every answer: only the rest may tell something. */
export function nameless({ status, text }: Answer, given: readonly string[]): string {
  const longestFirst = [...given].sort((a, b) => b.length - a.length)
  return `${status} ${longestFirst.reduce((rest, name) => rest.replaceAll(name, '<given>'), text).replaceAll(uuid, '<uuid>')}`
}
