/** Projects. A name stays taken for ever: deleted projects keep their row. */
import { and, asc, eq, gt, inArray, isNull } from 'drizzle-orm'
import { alreadyExists } from '#shared/errors.ts'
import type { Project, ProjectStore } from '#identity/domain/stores.ts'
import type { Database, Handle } from './database.ts'
import { membershipRow } from './members.ts'

export function projectStore(database: Database): ProjectStore {
  const { projects } = database.tables
  const columns = { id: projects.id, name: projects.name, title: projects.title, description: projects.description, createdAt: projects.createdAt }
  return {
    byIds: (ids) =>
      ids.length === 0
        ? Promise.resolve([])
        : database.run((db) =>
            db
              .select(columns)
              .from(projects)
              .where(and(inArray(projects.id, [...ids]), isNull(projects.deletedAt))),
          ),
    page: (ids, after, limit) =>
      ids.length === 0
        ? Promise.resolve([])
        : database.run((db) =>
            db
              .select(columns)
              .from(projects)
              .where(and(inArray(projects.id, [...ids]), isNull(projects.deletedAt), after === null ? undefined : gt(projects.name, after)))
              .orderBy(asc(projects.name))
              .limit(limit),
          ),
    all: () => database.run((db) => db.select({ id: projects.id, name: projects.name }).from(projects).where(isNull(projects.deletedAt)).orderBy(asc(projects.name))),
    async create(project, ownerId) {
      try {
        await database.transaction((tx) => insertProject(database, tx, project, ownerId))
      } catch (error) {
        if (database.isDuplicate(error)) throw alreadyExists(`Project '${project.name}' already exists`)
        throw error
      }
    },
    async update(id, change) {
      await database.run((db) =>
        db
          .update(projects)
          .set(change)
          .where(and(eq(projects.id, id), isNull(projects.deletedAt))),
      )
    },
    async remove(id, by, at) {
      await database.run((db) =>
        db
          .update(projects)
          .set({ deletedAt: at, deletedBy: by })
          .where(and(eq(projects.id, id), isNull(projects.deletedAt))),
      )
    },
  }
}

/** The project and its first owner. */
export async function insertProject({ tables }: Database, tx: Handle, project: Project, ownerId: string): Promise<void> {
  await tx.insert(tables.projects).values({ ...project, createdBy: ownerId })
  await tx.insert(tables.grants).values(membershipRow({ projectId: project.id, userId: ownerId, role: 'owner', by: ownerId, at: project.createdAt }))
}
