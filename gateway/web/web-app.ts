/**
 * The web app as files: hashed assets for ever, pages never cached, and the app itself for every address that is its own.
 * A browser that asks for an unknown address gets the app too, with 404, so that it can say so.
 */
import { readdir } from 'node:fs/promises'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'

export interface WebApp {
  readonly isBuilt: boolean
  /** Answers with the app. */
  page(reply: FastifyReply, status?: number): FastifyReply
}

const notBuilt = 'The web app is not built. Run: npm run build\n'

export async function serveWebApp(app: FastifyInstance, root: string): Promise<WebApp> {
  const files = await readdir(root, { withFileTypes: true }).catch(() => [])
  const isBuilt = files.some((file) => file.name === 'index.html')
  if (!isBuilt) return { isBuilt, page: (reply) => reply.code(503).type('text/plain; charset=utf-8').send(notBuilt) }

  await app.register(fastifyStatic, { root, serve: false, cacheControl: false })
  const sendPage = (reply: FastifyReply, file: string): FastifyReply => reply.header('cache-control', 'no-cache').sendFile(file)
  app.get<{ Params: { '*': string } }>('/assets/*', (request, reply) => reply.header('cache-control', 'public, max-age=31536000, immutable').sendFile(`assets/${request.params['*']}`))
  for (const { name } of files.filter((file) => file.isFile())) if (!name.endsWith('.html')) app.get(`/${name}`, (_request, reply) => sendPage(reply, name))
  if (files.some((file) => file.name === 'explorer.html')) app.get('/explorer', (_request, reply) => sendPage(reply, 'explorer.html'))
  return { isBuilt, page: (reply, status = 200) => sendPage(reply.code(status), 'index.html') }
}
