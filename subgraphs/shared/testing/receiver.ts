/** A real HTTP(S) server on this machine that writes down what it is sent, and answers what the test says. */
import { execFileSync } from 'node:child_process'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { once } from 'node:events'

export interface Received {
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export interface Receiver {
  readonly port: number
  readonly received: Received[]
  /** Connections that were opened, whether or not anything was said on them. */
  connections(): number
  stop(): Promise<void>
}

export interface Certificate {
  readonly key: string
  readonly cert: string
}

export type Answering = (response: ServerResponse, nth: number, request: Received) => void

/** A certificate for one name, trusted by whoever is given it. */
export function newCertificate(name: string): Certificate {
  const pem = execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-keyout', '-'],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const part = (kind: string): string => new RegExp(`-----BEGIN ${kind}-----[\\s\\S]+?-----END ${kind}-----`).exec(pem)?.[0] ?? ''
  return { key: part('PRIVATE KEY'), cert: part('CERTIFICATE') }
}

/** `nth` counts requests from 1; without `answering` everything is 200. */
export async function newReceiver(
  answering: Answering = (response) => response.end('ok'),
  options: { readonly tls?: Certificate; readonly host?: string; readonly port?: number } = {},
): Promise<Receiver> {
  const received: Received[] = []
  let connections = 0
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const headers = Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key, String(value)]))
    const record = { path: request.url ?? '', headers, body: Buffer.concat(chunks).toString('utf8') }
    received.push(record)
    answering(response, received.length, record)
  }
  const server: Server = options.tls ? createTlsServer(options.tls, (request, response) => void handle(request, response)) : createServer((request, response) => void handle(request, response))
  server.on('connection', () => connections++)
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port, // it listens on TCP
    received,
    connections: () => connections,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A port where connections are counted and hung up on, on IPv4 and (where there is one) IPv6 loopback and all other addresses. */
export async function newTrap(): Promise<Receiver> {
  let connections = 0
  const server = createTcpServer((socket) => {
    connections++
    socket.destroy()
  })
  server.listen(0) // every address, IPv6 with IPv4 in it where the machine has both
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    received: [],
    connections: () => connections,
    async stop() {
      server.close()
      await once(server, 'close')
    },
  }
}
