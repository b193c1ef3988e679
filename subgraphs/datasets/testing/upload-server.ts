/** Datasets in a process of their own, so that a test can weigh it: `{ url }` once it listens, its peak when asked. */
import { startTestServer } from '#datasets/testing/server.ts'

const databaseUrl = process.env['DATABASE_URL']
if (!databaseUrl) throw new Error('DATABASE_URL is not set')
const server = await startTestServer({ databaseUrl })

let peak = 0
const weigh = (): void => {
  peak = Math.max(peak, process.memoryUsage.rss())
}
setInterval(weigh, 20)
process.on('message', (message) => {
  weigh()
  if (message === 'stop') void server.stop().then(() => process.exit(0))
  else process.send?.({ peak })
})
process.send?.({ url: server.url, p1: server.projects.p1.id })
