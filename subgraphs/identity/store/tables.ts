/**
 * The tables of identity, written once for both dialects (a table of tables: the kit decides the SQL types).
 * `auth` holds exactly the six tables of the seed; everything else lies in `identity`. Ids and times are made by the
 * application. Every table that decisions read has triggers that bump policy_epoch (migrations, *_policy_epoch.sql).
 */
import type * as Pg from './columns.pg.ts'

/** The six tables of the seed. */
const authTables = ({ authTable, id, shortText, longText, flag, epochMs, foreignKey, primaryKey, uniqueIndex }: typeof Pg) => {
  // The vocabulary, as rows: ids are the words themselves (`tracking`, `tracking.run`, `read`, `tracking.run.read`).
  const component = authTable('component', { id: id('id').primaryKey(), name: shortText('name').notNull() })
  const element = authTable('element', { id: shortText('id').primaryKey(), componentId: id('component_id').notNull(), name: shortText('name').notNull() }, (t) => [
    foreignKey({ name: 'element_component', columns: [t.componentId], foreignColumns: [component.id] }),
  ])
  const operation = authTable('operation', { id: id('id').primaryKey(), name: shortText('name').notNull() })
  const permission = authTable(
    'permission',
    {
      id: shortText('id').primaryKey(),
      componentId: id('component_id').notNull(),
      elementId: shortText('element_id').notNull(),
      operationId: id('operation_id').notNull(),
      description: longText('description').notNull(),
    },
    (t) => [
      foreignKey({ name: 'permission_component', columns: [t.componentId], foreignColumns: [component.id] }),
      foreignKey({ name: 'permission_element', columns: [t.elementId], foreignColumns: [element.id] }),
      foreignKey({ name: 'permission_operation', columns: [t.operationId], foreignColumns: [operation.id] }),
    ],
  )
  const user = authTable(
    'user',
    {
      id: id('id').primaryKey(),
      username: shortText('username').notNull(),
      displayName: shortText('display_name').notNull(),
      /** argon2id in PHC form. */
      passwordHash: shortText('password_hash').notNull(),
      isAdmin: flag('is_admin').notNull().default(false),
      active: flag('active').notNull().default(true),
      mustChangePassword: flag('must_change_password').notNull().default(false),
      createdAt: epochMs('created_at').notNull(),
    },
    (t) => [uniqueIndex('user_username').on(t.username)],
  )
  /** Made by hand or by other programs: a row is a grant. `project_id` is an id of identity.projects, or `*` for all. */
  const userPermission = authTable('user_permission', { userId: id('user_id').notNull(), permissionId: shortText('permission_id').notNull(), projectId: id('project_id').notNull() }, (t) => [
    primaryKey({ name: 'user_permission_pk', columns: [t.userId, t.permissionId, t.projectId] }),
    foreignKey({ name: 'user_permission_user', columns: [t.userId], foreignColumns: [user.id] }),
    foreignKey({ name: 'user_permission_permission', columns: [t.permissionId], foreignColumns: [permission.id] }),
  ])

  return { component, element, operation, permission, user, userPermission }
}

/** Projects, and who holds what in them. */
const grantTables = ({ ownTable, id, shortText, longText, epochMs, counter, small, index, uniqueIndex }: typeof Pg) => {
  const projects = ownTable(
    'projects',
    {
      id: id('id').primaryKey(),
      /** Immutable, and never used again, also not after deletion. */
      name: shortText('name').notNull(),
      title: shortText('title').notNull(),
      description: longText('description'),
      createdAt: epochMs('created_at').notNull(),
      createdBy: id('created_by').notNull(),
      deletedAt: epochMs('deleted_at'),
      deletedBy: id('deleted_by'),
    },
    (t) => [uniqueIndex('projects_name').on(t.name)],
  )
  /** Who holds what, and held: a row is closed (valid_to, closed_by), never overwritten. Memberships are rows with a role. */
  const grants = ownTable(
    'grants',
    {
      id: id('id').primaryKey(),
      principalId: id('principal_id').notNull(),
      principalKind: id('principal_kind').notNull(),
      /** Exactly one of role and permission is set. */
      role: id('role'),
      permission: shortText('permission'),
      /** Null: on the platform. */
      projectId: id('project_id'),
      resourceType: shortText('resource_type'),
      resourceId: shortText('resource_id'),
      /** allow or deny */
      effect: id('effect').notNull(),
      validFrom: epochMs('valid_from').notNull(),
      validTo: epochMs('valid_to'),
      grantedBy: id('granted_by').notNull(),
      closedBy: id('closed_by'),
      reason: shortText('reason'),
      /** `project/principal` while a membership is open, else null: at most one open membership each. */
      openMembership: shortText('open_membership'),
    },
    (t) => [uniqueIndex('grants_open_membership').on(t.openMembership), index('grants_principal').on(t.principalId, t.projectId), index('grants_project').on(t.projectId, t.validTo)],
  )
  /** One row, id 1. */
  const policyEpoch = ownTable('policy_epoch', { id: small('id').primaryKey(), epoch: counter('epoch').notNull() })

  return { projects, grants, policyEpoch }
}

/** Proofs of who somebody is, and what guards them. */
const credentialTables = ({ ownTable, id, shortText, longText, epochMs, index, uniqueIndex }: typeof Pg) => {
  const tokens = ownTable(
    'tokens',
    {
      id: id('id').primaryKey(),
      userId: id('user_id').notNull(),
      name: shortText('name').notNull(),
      /** The first characters, for people to recognise it. */
      prefix: id('prefix').notNull(),
      /** SHA-256 of the whole token, in hex. */
      hash: id('hash').notNull(),
      /** The ceiling: JSON arrays of project ids and of permissions; null means no limit of that kind. */
      projects: longText('projects'),
      permissions: longText('permissions'),
      createdAt: epochMs('created_at').notNull(),
      expiresAt: epochMs('expires_at').notNull(),
      revokedAt: epochMs('revoked_at'),
    },
    (t) => [uniqueIndex('tokens_hash').on(t.hash), index('tokens_user').on(t.userId)],
  )
  /** Apart from tokens, so that use does not bump the epoch. */
  const tokenUses = ownTable('token_uses', { tokenId: id('token_id').primaryKey(), lastUsedAt: epochMs('last_used_at').notNull() })
  const sessions = ownTable(
    'sessions',
    {
      hash: id('hash').primaryKey(),
      userId: id('user_id').notNull(),
      createdAt: epochMs('created_at').notNull(),
      lastSeenAt: epochMs('last_seen_at').notNull(),
      expiresAt: epochMs('expires_at').notNull(),
    },
    (t) => [index('sessions_user').on(t.userId), index('sessions_expires').on(t.expiresAt)],
  )
  /** Failed log-ins of the last minute per account and per address; `times` is a JSON array of epoch ms. */
  const loginAttempts = ownTable('login_attempts', { bucket: id('bucket').primaryKey(), times: longText('times').notNull(), updatedAt: epochMs('updated_at').notNull() }, (t) => [
    index('login_attempts_updated').on(t.updatedAt),
  ])
  /** Where somebody signed in before, as a hash of account and address: strangers' guesses do not lock these out. */
  const knownAddresses = ownTable('known_addresses', { bucket: id('bucket').primaryKey(), seenAt: epochMs('seen_at').notNull() }, (t) => [index('known_addresses_seen').on(t.seenAt)])

  return { tokens, tokenUses, sessions, loginAttempts, knownAddresses }
}

export const identityTables = (kit: typeof Pg) => ({ ...authTables(kit), ...grantTables(kit), ...credentialTables(kit) })
export type IdentityTables = ReturnType<typeof identityTables>
