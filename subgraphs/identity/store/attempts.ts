/** Counters of failed log-ins, in the database so that every process counts the same ones. */
import { and, eq, gte, lt } from 'drizzle-orm'
import type { AttemptStore, Limit } from '#identity/domain/stores.ts'
import type { Database, Handle } from './database.ts'

const timesOf = (json: string): number[] => {
  const value: unknown = JSON.parse(json)
  return Array.isArray(value) ? value.filter((item) => typeof item === 'number') : []
}
/** Always in the same order, so that two processes never wait for each other. */
const sorted = (limits: readonly Limit[]): Limit[] => [...limits].sort((a, b) => (a.bucket < b.bucket ? -1 : 1))

export function attemptStore(database: Database): AttemptStore {
  const { loginAttempts, knownAddresses } = database.tables
  const lockedTimes = async (tx: Handle, bucket: string): Promise<number[]> => {
    const [row] = await tx.select({ times: loginAttempts.times }).from(loginAttempts).where(eq(loginAttempts.bucket, bucket)).for('update')
    return row ? timesOf(row.times) : []
  }
  const write = (tx: Handle, bucket: string, times: readonly number[], updatedAt: number) =>
    tx
      .update(loginAttempts)
      .set({ times: JSON.stringify(times), updatedAt })
      .where(eq(loginAttempts.bucket, bucket))

  return {
    async take(limits, windowMs, at) {
      // Before the transaction: on MySQL an insert that is ignored holds a shared lock, and two of them deadlock.
      for (const { bucket } of sorted(limits)) await database.run((db) => database.insertIfAbsent(db, loginAttempts, [{ bucket, times: '[]', updatedAt: at }]))
      return database.transaction(async (tx) => {
        const counted: { bucket: string; times: number[] }[] = []
        let freeAt: number | null = null
        for (const { bucket, max } of sorted(limits)) {
          const times = (await lockedTimes(tx, bucket)).filter((time) => time > at - windowMs)
          const oldest = times.at(-max)
          if (oldest !== undefined) freeAt = Math.max(freeAt ?? 0, oldest + windowMs)
          counted.push({ bucket, times: [...times, at] })
        }
        if (freeAt !== null) return freeAt
        for (const { bucket, times } of counted) await write(tx, bucket, times, at)
        return null
      })
    },
    giveBack: (limits, at) =>
      database.transaction(async (tx) => {
        for (const { bucket } of sorted(limits)) {
          const times = await lockedTimes(tx, bucket)
          const index = times.indexOf(at)
          if (index >= 0) await write(tx, bucket, times.toSpliced(index, 1), at)
        }
      }),
    isKnown: (bucket, since) =>
      database.run(
        async (db) =>
          (
            await db
              .select({ bucket: knownAddresses.bucket })
              .from(knownAddresses)
              .where(and(eq(knownAddresses.bucket, bucket), gte(knownAddresses.seenAt, since)))
          ).length > 0,
      ),
    remember: (bucket, seenAt) =>
      database.run(async (db) => {
        await database.insertIfAbsent(db, knownAddresses, [{ bucket, seenAt }])
        await db.update(knownAddresses).set({ seenAt }).where(eq(knownAddresses.bucket, bucket))
      }),
    removeOld: (before, knownBefore) =>
      database.run(async (db) => {
        await db.delete(loginAttempts).where(lt(loginAttempts.updatedAt, before))
        await db.delete(knownAddresses).where(lt(knownAddresses.seenAt, knownBefore))
      }),
  }
}
