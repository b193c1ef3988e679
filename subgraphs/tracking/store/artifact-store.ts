/** The table `artifact` in SQL. Uploads to one owner are ordered by an advisory lock, held for two short statements, never while bytes flow. */
import type { PoolClient } from 'pg'
import { invalid } from '#shared/errors.ts'
import type { Postgres } from '#shared/db/postgres.ts'
import type { StoredObject } from '#shared/objects/object-store.ts'
import { ancestorsOf, fitsEveryStore, type ArtifactOwner } from '#tracking/domain/artifact-uri.ts'
import type { ArtifactStore, ObjectClaim } from '#tracking/domain/artifacts.ts'

interface ClaimRow {
  artifact_id: string
  object_key: string
}
const claimOf = (row: ClaimRow): ObjectClaim => ({ artifactId: row.artifact_id, objectKey: row.object_key })

const lockOwner = (client: PoolClient, projectId: string, kind: string, id: string) =>
  client.query({ name: 'artifact-lock', text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 7))', values: [`${projectId}/${kind}/${id}`] })

/** '0' is the character after '/': [`a/`, `a0`) holds everything below `a`. Columns collate "C". */
const insideOf = (path: string): [from: string, before: string] => [`${path}/`, `${path}0`]

export function createArtifactStore(postgres: Postgres): ArtifactStore {
  return {
    claim: (project, { owner, path }, { artifactId, objectKey, spareKey, by }) =>
      postgres.transaction(async (client) => {
        await lockOwner(client, project.id, owner.kind, owner.id)
        await refuseClash(client, project.id, owner, path)
        const key = fitsEveryStore(objectKey) && (await isFree(client, project.id, objectKey)) ? objectKey : spareKey
        await client.query({
          name: 'artifact-claim',
          text: `INSERT INTO artifact (artifact_id, project_id, owner_kind, owner_id, path, object_key, state, created_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6, 'PENDING', $7, $8)`,
          values: [artifactId, project.id, owner.kind, owner.id, path, key, by, Date.now()],
        })
        return { artifactId, objectKey: key }
      }),
    commit: (projectId, artifactId, stored) => postgres.transaction((client) => commitUpload(client, projectId, artifactId, stored)),
    async forget(projectId, artifactIds) {
      await postgres.query({ name: 'artifact-forget', text: `DELETE FROM artifact WHERE project_id = $1 AND artifact_id = ANY($2::uuid[]) AND state <> 'READY'`, values: [projectId, artifactIds] })
    },
    async find(projectId, owner, path) {
      const { rows } = await postgres.query<{ object_key: string; size: string; sha256: string }>({
        name: 'artifact-find',
        text: `SELECT object_key, size, sha256 FROM artifact WHERE project_id = $1 AND owner_kind = $2 AND owner_id = $3 AND path = $4 AND state = 'READY'`,
        values: [projectId, owner.kind, owner.id, path],
      })
      const [row] = rows
      return row ? { objectKey: row.object_key, size: Number(row.size), sha256: row.sha256 } : null
    },
    async list(projectId, owner, folder) {
      const [from, before] = insideOf(folder)
      // $5 skips the folder and its slash; at the root there is no bound and nothing to skip.
      const { rows } = await postgres.query<{ name: string; is_dir: boolean; size: string | null; sha256: string | null }>({
        name: folder === '' ? 'artifact-list-root' : 'artifact-list',
        text: `SELECT name, bool_or(is_dir) AS is_dir, max(size) AS size, max(sha256) AS sha256 FROM (
            SELECT split_part(substr(path, $4), '/', 1) COLLATE "C" AS name, strpos(substr(path, $4), '/') > 0 AS is_dir,
                   CASE WHEN strpos(substr(path, $4), '/') = 0 THEN size END AS size, CASE WHEN strpos(substr(path, $4), '/') = 0 THEN sha256 END AS sha256
            FROM artifact WHERE project_id = $1 AND owner_kind = $2 AND owner_id = $3 AND state = 'READY'${folder === '' ? '' : ' AND path >= $5 AND path < $6'}
          ) AS below GROUP BY name ORDER BY name`,
        values: [projectId, owner.kind, owner.id, ...(folder === '' ? [1] : [[...from].length + 1, from, before])],
      })
      return rows.map((row) => ({ name: row.name, isDir: row.is_dir, size: row.size === null ? null : Number(row.size), sha256: row.sha256 }))
    },
    async remove(projectId, owner, path) {
      const [from, before] = insideOf(path)
      const { rows } = await postgres.query<ClaimRow>(
        `UPDATE artifact SET state = 'DELETED', changed_at = $4 WHERE project_id = $1 AND owner_kind = $2 AND owner_id = $3 AND state = 'READY'${path === '' ? '' : ' AND (path = $5 OR (path >= $6 AND path < $7))'} RETURNING artifact_id, object_key`,
        [projectId, owner.kind, owner.id, Date.now(), ...(path === '' ? [] : [path, from, before])],
      )
      return rows.map(claimOf)
    },
    async leftovers(before, limit) {
      const { rows } = await postgres.query<ClaimRow & { project_id: string }>(
        `SELECT project_id, artifact_id, object_key FROM artifact WHERE state <> 'READY' AND changed_at < $1 ORDER BY changed_at LIMIT $2`,
        [before, limit],
      )
      return rows.map((row) => ({ projectId: row.project_id, ...claimOf(row) }))
    },
  }
}

/** A name is a file or a folder, never both; uploads that are still on their way count. */
async function refuseClash(client: PoolClient, projectId: string, owner: ArtifactOwner, path: string): Promise<void> {
  const [from, before] = insideOf(path)
  const { rows } = await client.query<{ path: string }>({
    name: 'artifact-clash',
    text: `SELECT path FROM artifact WHERE project_id = $1 AND owner_kind = $2 AND owner_id = $3 AND state <> 'DELETED' AND (path = ANY($4::text[]) OR (path >= $5 AND path < $6)) LIMIT 1`,
    values: [projectId, owner.kind, owner.id, ancestorsOf(path), from, before],
  })
  const [clash] = rows
  if (clash) throw invalid(clash.path.startsWith(from) ? `Artifact path refers to a directory, not a file: '${path}'` : `'${clash.path}' is a file, not a directory`)
}

/** A key is free when no object lies there, above or below, whatever its state: a file system keeps all of them apart. */
async function isFree(client: PoolClient, projectId: string, key: string): Promise<boolean> {
  const [from, before] = insideOf(key)
  const { rowCount } = await client.query({
    name: 'artifact-key',
    text: 'SELECT 1 FROM artifact WHERE project_id = $1 AND (object_key = ANY($2::text[]) OR (object_key >= $3 AND object_key < $4)) LIMIT 1',
    values: [projectId, [key, ...ancestorsOf(key)], from, before],
  })
  return rowCount === 0
}

async function commitUpload(client: PoolClient, projectId: string, artifactId: string, stored: StoredObject): Promise<ObjectClaim[]> {
  const found = await client.query<{ owner_kind: string; owner_id: string; path: string }>('SELECT owner_kind, owner_id, path FROM artifact WHERE project_id = $1 AND artifact_id = $2', [
    projectId,
    artifactId,
  ])
  const [mine] = found.rows
  if (!mine) throw new Error('an upload outlived its claim')
  await lockOwner(client, projectId, mine.owner_kind, mine.owner_id)
  const replaced = await client.query<ClaimRow>(
    `UPDATE artifact SET state = 'DELETED', changed_at = $5 WHERE project_id = $1 AND owner_kind = $2 AND owner_id = $3 AND path = $4 AND state = 'READY' RETURNING artifact_id, object_key`,
    [projectId, mine.owner_kind, mine.owner_id, mine.path, Date.now()],
  )
  await client.query(`UPDATE artifact SET state = 'READY', size = $3, sha256 = $4, changed_at = $5 WHERE project_id = $1 AND artifact_id = $2`, [
    projectId,
    artifactId,
    stored.size,
    stored.sha256,
    Date.now(),
  ])
  return replaced.rows.map(claimOf)
}
