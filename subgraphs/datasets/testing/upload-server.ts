/** Datasets in a process of their own, so that a test can weigh it: `{ url }` once it listens, its peak when asked. */
import { startTestServer } from '#datasets/testing/server.ts'

const databaseUrl = process.env['DATABASE_URL']
if (!databaseUrl) throw new Error('DATABASE_URL is not set')
const server = await startTestServer({ databaseUrl })

const { gc } = globalThis
if (!gc) throw new Error('start it with --expose-gc')
let peak = 0
/** V8 lets dead buffers lie, 64 MB and under load more, whatever their owner; they are not what a file holds. */
const weigh = (): void => {
  gc()
  peak = Math.max(peak, process.memoryUsage.rss())
}
setInterval(weigh, 100)
process.on('message', (message) => {
  weigh()
  if (message === 'stop') void server.stop().then(() => process.exit(0))
  else process.send?.({ peak })
})
process.send?.({ url: server.url })
