/** What resolvers of identity find in the context of one operation. */
import DataLoader from 'dataloader'
import type { Actor } from '#shared/actor.ts'
import type { DependencyHealth } from '#shared/subsystem.ts'
import type { Members } from '#identity/domain/members.ts'
import type { Projects } from '#identity/domain/projects.ts'
import type { Project, User } from '#identity/domain/stores.ts'
import type { Tokens } from '#identity/domain/tokens.ts'
import type { Users } from '#identity/domain/users.ts'

export interface PlatformFacts {
  readonly version: string
  health(): Promise<readonly { readonly service: string; readonly ok: boolean; readonly dependencies: readonly DependencyHealth[] }[]>
}

export interface IdentityServices {
  readonly projects: Projects
  readonly members: Members
  readonly users: Users
  readonly tokens: Tokens
  readonly platform: PlatformFacts
}

export interface IdentityContext extends IdentityServices {
  readonly actor: Actor
  readonly loaders: { readonly user: DataLoader<string, User | null>; readonly project: DataLoader<string, Project | null> }
}

export const identityContext = (services: IdentityServices, actor: Actor): IdentityContext => ({
  ...services,
  actor,
  loaders: {
    user: new DataLoader<string, User | null>((ids) => services.users.byIds(actor, ids)),
    project: new DataLoader<string, Project | null>((ids) => services.projects.byIds(actor, ids)),
  },
})
