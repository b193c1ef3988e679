/**
 * Brings announcements to their webhooks: at least once, each under one id that stays the same over attempts, crashes and
 * processes. Any number of workers share the queue; who takes a delivery holds it under a lease that ends by itself.
 */
import type { Log } from '#shared/telemetry/log.ts'
import { type Send, waitBefore } from '#registry/domain/webhook-delivery.ts'
import type { Delivery, DeliveryStore } from '#registry/domain/webhook-store.ts'

export interface WorkerDeps {
  readonly store: DeliveryStore
  readonly send: Send
  readonly log: Log
}

export interface DeliveryWorker {
  start(): void
  /** There may be something to do: a change has been committed. */
  nudge(): void
  /** Everything that is due now, to its end. */
  drain(): Promise<void>
  sweep(): Promise<void>
  /** Stops calling at once; what was on its way is due again. */
  stop(): Promise<void>
}

/** The first and three repeats, as MLflow. */
const MAX_ATTEMPTS = 4
/** Longer than an attempt can take, so that two never hold one delivery. */
const LEASE_MS = 60_000
const POLL_MS = 1_000
const MAX_RUNNING = 16
/** Of one webhook at a time: a receiver that hangs may not hold up everybody else's. */
const MAX_RUNNING_EACH = 2

export function createDeliveryWorker({ store, send, log }: WorkerDeps): DeliveryWorker {
  const stopping = new AbortController()
  const bell = createBell()
  const running = new Map<Promise<void>, string>()
  let loop: Promise<void> | undefined

  /** Takes one delivery and begins with it; false when there is none or no room. */
  const claimNext = async (): Promise<boolean> => {
    if (running.size >= MAX_RUNNING || stopping.signal.aborted) return false
    const webhooks = [...running.values()]
    const busy = [...new Set(webhooks)].filter((id) => webhooks.filter((other) => other === id).length >= MAX_RUNNING_EACH)
    const delivery = await store.claim(LEASE_MS, MAX_ATTEMPTS, busy)
    if (!delivery) return false
    // Whatever goes wrong here, the lease ends by itself and somebody else goes on.
    const work: Promise<void> = attempt(delivery, { store, send, log }, stopping.signal)
      .catch((error: unknown) => log.error({ err: error, deliveryId: delivery.id }, 'the end of a webhook delivery was not recorded'))
      .finally(() => {
        running.delete(work)
        bell.ring()
      })
    running.set(work, delivery.webhookId)
    return true
  }
  const work = async (): Promise<void> => {
    let isTold = false
    while (!stopping.signal.aborted) {
      try {
        while (await claimNext());
        isTold = false
      } catch (error) {
        if (!isTold) log.warn({ err: error }, 'webhook deliveries wait for the database')
        isTold = true
      }
      await bell.wait(POLL_MS)
    }
  }

  return {
    start() {
      loop ??= work()
    },
    nudge: bell.ring,
    async drain() {
      for (;;) {
        // Who was running when we asked may have kept us from its webhook's next one, and be done by now.
        const wasIdle = running.size === 0
        if (await claimNext()) continue
        if (wasIdle) return
        if (running.size > 0) await Promise.race(running.keys())
      }
    },
    sweep: () => store.sweep(MAX_ATTEMPTS),
    async stop() {
      stopping.abort()
      bell.ring()
      await loop
      await Promise.all(running.keys())
    },
  }
}

/** One call, and what becomes of the delivery. */
async function attempt(delivery: Delivery, { store, send, log }: WorkerDeps, stopping: AbortSignal): Promise<void> {
  const result = await send(delivery, stopping)
  if (stopping.aborted && result.status === null) return store.release(delivery)
  if (result.delivered) return store.finish(delivery, 'DELIVERED', result)
  if (result.again && delivery.attempt < MAX_ATTEMPTS) return store.postpone(delivery, waitBefore(delivery.attempt + 1, result.retryAfterMs), result)
  log.warn({ deliveryId: delivery.id, webhookId: delivery.webhookId, status: result.status, reason: result.reason }, 'a webhook was not delivered')
  return store.finish(delivery, 'FAILED', result)
}

/** Waits for a ring, one that came before included, or for a time. */
function createBell(): { ring(): void; wait(ms: number): Promise<void> } {
  let hasRung = false
  let wake: () => void = () => undefined
  return {
    ring() {
      hasRung = true
      wake()
    },
    async wait(ms) {
      if (!hasRung) {
        const { promise, resolve } = Promise.withResolvers<void>()
        const timer = setTimeout(resolve, ms)
        wake = resolve
        await promise
        clearTimeout(timer)
      }
      hasRung = false
    },
  }
}
