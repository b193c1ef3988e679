/**
 * Versions on their way to being READY. A version takes its number at once; who works on it holds a claim that ends by
 * itself, so that a crash leaves something another process can go on with.
 */
import { and, eq, isNotNull, lt, ne, sql } from 'drizzle-orm'
import type { Postgres } from '#shared/db/postgres.ts'
import { firstStage } from '#registry/domain/stages.ts'
import type { IntentStore } from '#registry/domain/store.ts'
import { guarded, modelRow, selectVersions, versionRow } from '#registry/store/rows.ts'
import { modelVersion, modelVersionTag, registeredModel } from '#registry/store/tables.ts'
import type { Outbox } from '#registry/store/webhook-outbox.ts'

export function createIntentStore({ db }: Postgres, outbox: Outbox): IntentStore {
  const pending = eq(modelVersion.status, 'PENDING_REGISTRATION')

  return {
    insert: (projectId, { tags, at, ...intent }) =>
      guarded(() =>
        db.transaction(async (tx) => {
          const counted = await tx
            .update(registeredModel)
            .set({ nextVersion: sql`${registeredModel.nextVersion} + 1`, updatedAt: at })
            .where(modelRow(projectId, intent.modelId))
            .returning({ next: registeredModel.nextVersion })
          const [row] = counted
          if (!row) return null
          await tx.insert(modelVersion).values({ ...intent, projectId, version: row.next - 1, status: 'PENDING_REGISTRATION', stage: firstStage, createdAt: at, updatedAt: at })
          if (tags.length > 0) await tx.insert(modelVersionTag).values(tags.map((tag) => ({ ...tag, projectId, versionId: intent.id })))
          return { id: intent.id }
        }),
      ),

    adopt: (projectId, modelId, intentKey, now, claimedUntil) =>
      guarded(async () => {
        const candidate = sql`(SELECT c.id FROM registry.model_version c WHERE c.project_id = ${projectId} AND c.model_id = ${modelId} AND c.intent_key = ${intentKey} AND c.claimed_until < ${now} AND c.status <> 'FAILED_REGISTRATION' ORDER BY c.version LIMIT 1 FOR UPDATE SKIP LOCKED)`
        const claimed = await db
          .update(modelVersion)
          .set({ claimedUntil })
          .where(and(eq(modelVersion.projectId, projectId), sql`${modelVersion.id} = ${candidate}`))
          .returning({ id: modelVersion.id })
        const [row] = claimed
        if (!row) return null
        const found = await selectVersions(db).where(versionRow(projectId, row.id))
        return found[0] ?? null
      }),

    settle: (projectId, versionId, { answered, at, ...outcome }, announced) =>
      outbox.change(projectId, async (tx, announce) => {
        const rows = await tx
          .update(modelVersion)
          .set({ ...outcome, updatedAt: at, claimedUntil: 0, ...(answered ? { intentKey: null } : {}) })
          .where(and(versionRow(projectId, versionId), pending))
          .returning({ id: modelVersion.id })
        const [version] = announced && rows.length > 0 ? await selectVersions(tx).where(versionRow(projectId, versionId)) : []
        if (announced && version) await announce(announced(version))
        return rows.length > 0
      }),

    answered: (projectId, versionId) => guarded(async () => void (await db.update(modelVersion).set({ intentKey: null, claimedUntil: 0 }).where(versionRow(projectId, versionId)))),
    withdraw: (projectId, versionId) => guarded(async () => void (await db.delete(modelVersion).where(and(versionRow(projectId, versionId), pending)))),
    release: (projectId, versionId) =>
      guarded(
        async () =>
          void (await db
            .update(modelVersion)
            .set({ claimedUntil: 0 })
            .where(and(versionRow(projectId, versionId), pending))),
      ),

    claimAbandoned: (now, claimedUntil, limit) =>
      guarded(() => {
        const candidates = sql`(SELECT c.id FROM registry.model_version c WHERE c.status = 'PENDING_REGISTRATION' AND c.claimed_until < ${now} ORDER BY c.claimed_until LIMIT ${limit} FOR UPDATE SKIP LOCKED)`
        return db.update(modelVersion).set({ claimedUntil }).where(sql`${modelVersion.id} IN ${candidates}`).returning({ id: modelVersion.id, projectId: modelVersion.projectId })
      }),

    forgetIntents: (before) =>
      guarded(
        async () =>
          void (await db
            .update(modelVersion)
            .set({ intentKey: null })
            .where(and(isNotNull(modelVersion.intentKey), ne(modelVersion.status, 'PENDING_REGISTRATION'), lt(modelVersion.createdAt, before)))),
      ),
  }
}
