/** One MLflow-speaking server under load: how to reach it, what to charge CPU to, how to seed it faster than over REST. */
import http from 'node:http'

export interface Streamed {
  readonly bytes: number
  readonly chunk: Buffer
}

export interface Request {
  readonly method: string
  /** From the server's root, with the query. */
  readonly path: string
  readonly body?: string | Buffer
  readonly stream?: Streamed
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly bytes: number
  /** Kept when asked for, and always for refusals. */
  readonly text: string
}

export interface TargetOptions {
  readonly name: string
  readonly url: string
  /** The Authorization header. */
  readonly authorization?: string
  /** Process trees to charge. */
  readonly server?: number
  readonly postgres?: number
  /** Its database, for what no API tells. */
  readonly databaseUrl?: string
  /** Bytes of its database. */
  readonly databaseBytes?: () => Promise<number>
  /** Fills an experiment by SQL in the server's own tables. False: there is no such file, use REST. */
  readonly seed?: (fixture: 'search' | 'history' | 'models', settings: Readonly<Record<string, string>>) => Promise<boolean>
}

export class HttpError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message)
  }
}

export const api = '/api/2.0/mlflow'

export class Target {
  readonly name: string
  readonly url: URL
  /** Fixtures that exist, by name. */
  readonly fixtures = new Map<string, unknown>()
  /** Requests sent again because the server had closed a kept-alive connection meanwhile. */
  resent = 0
  private readonly headers: Readonly<Record<string, string>>
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 256 })

  constructor(readonly options: TargetOptions) {
    this.name = options.name
    this.url = new URL(options.url)
    this.headers = options.authorization === undefined ? {} : { authorization: options.authorization }
  }

  /** A stale kept-alive connection is no failure of the server: such a request is sent once more. */
  async send(request: Request, keepBody = false): Promise<Answer> {
    try {
      return await this.sendOnce(request, keepBody)
    } catch (error) {
      if (!(error instanceof StaleConnection) || request.stream) throw error
      this.resent++
      return this.sendOnce(request, keepBody)
    }
  }

  /** Calls MLflow's API; anything but 200 is an HttpError. T is what the caller knows the endpoint to answer. */
  async call<T>(method: 'GET' | 'POST', path: string, payload: object = {}): Promise<T> {
    const request = method === 'GET' ? get(path, payload) : post(path, payload)
    const { status, text } = await this.send(request, true)
    if (status !== 200) throw new HttpError(`${this.name}: ${method} ${path} -> ${status} ${text.slice(0, 300)}`, status)
    const answer: T = text === '' ? {} : JSON.parse(text)
    return answer
  }

  close(): void {
    this.agent.destroy()
  }

  private sendOnce(request: Request, keepBody: boolean): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { method, path, body, stream } = request
      const length = body === undefined ? stream?.bytes : Buffer.byteLength(body)
      const headers = {
        ...this.headers,
        ...(length === undefined ? {} : { 'content-type': request.type ?? (stream ? 'application/octet-stream' : 'application/json'), 'content-length': length }),
        ...request.headers,
      }
      const sent = http.request({ agent: this.agent, host: this.url.hostname, port: this.url.port, method, path: this.url.pathname.replace(/\/$/, '') + path, headers }, (answer) => {
        let bytes = 0
        const parts: Buffer[] = []
        const status = answer.statusCode ?? 0
        answer.on('data', (part: Buffer) => {
          bytes += part.length
          if (keepBody || status >= 400) parts.push(part)
        })
        answer.once('end', () => resolve({ status, bytes, text: Buffer.concat(parts).toString() }))
        answer.once('error', reject)
      })
      sent.once('error', (error) => reject(sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET' ? new StaleConnection() : error))
      sent.setNoDelay(true)
      sent.setTimeout(300_000, () => sent.destroy(new Error('no answer for 300 s')))
      if (stream) pump(sent, stream)
      else sent.end(body)
    })
  }
}

class StaleConnection extends Error {}

function pump(out: http.ClientRequest, { bytes, chunk }: Streamed): void {
  let left = bytes
  const write = (): void => {
    while (left > 0) {
      const part = left >= chunk.length ? chunk : chunk.subarray(0, left)
      left -= part.length
      if (!out.write(part)) {
        out.once('drain', write)
        return
      }
    }
    out.end()
  }
  write()
}

export const post = (path: string, payload: object | string): Request => ({ method: 'POST', path: api + path, body: typeof payload === 'string' ? payload : JSON.stringify(payload) })
export const get = (path: string, query: object = {}): Request => ({
  method: 'GET',
  path: `${api}${path}?${new URLSearchParams(Object.entries(query).map(([k, v]): [string, string] => [k, String(v)]))}`,
})
