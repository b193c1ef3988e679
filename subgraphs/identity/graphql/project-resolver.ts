import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { scopeIn } from '#shared/access.ts'
import { connectionOf } from '#shared/graphql/page-types.ts'
import type { Role } from '#shared/policy.ts'
import type { IdentityContext } from './context.ts'
import { CreateProjectInput, CreateProjectPayload, RemoveMemberInput, RemoveMemberPayload, SetMemberInput, SetMemberPayload, UpdateProjectInput, UpdateProjectPayload } from './inputs.ts'
import { MemberConnection, Project, ProjectConnection, RoleEnum } from './project.ts'

@Resolver(() => Project)
export class ProjectResolver {
  @Query(() => Project, { nullable: true, description: 'One project; missing and hidden ones alike are refused.' })
  project(@Ctx() { actor, projects }: IdentityContext, @Arg('name', () => String) name: string): Promise<Project | null> {
    return projects.find(actor, name)
  }

  @Query(() => ProjectConnection, { description: 'The projects that the asker can see, by name.' })
  async projects(
    @Ctx() { actor, projects }: IdentityContext,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<ProjectConnection> {
    return connectionOf(await projects.list(actor, first, after), (project) => project)
  }

  @FieldResolver(() => RoleEnum, { nullable: true, description: 'The asker’s role; null for an administrator who is no member.' })
  viewerRole(@Root() project: Project, @Ctx() { actor, projects }: IdentityContext): Role | null {
    return projects.roleOf(actor, project.id)
  }

  @FieldResolver(() => [String], { description: 'The permissions that the asker holds on the whole project.' })
  viewerCan(@Root() project: Project, @Ctx() { actor, projects }: IdentityContext): string[] {
    return projects.permissionsOf(actor, project.id)
  }

  @FieldResolver(() => MemberConnection, { description: 'Who works here, by user name.' })
  async members(
    @Root() project: Project,
    @Ctx() { actor, members }: IdentityContext,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<MemberConnection> {
    return connectionOf(await members.list(scopeIn(actor, project.id), first, after), (member) => member)
  }

  @Mutation(() => CreateProjectPayload, { description: 'Opens a project; its maker becomes its owner.' })
  async createProject(@Ctx() { actor, projects }: IdentityContext, @Arg('input', () => CreateProjectInput) { project, ...rest }: CreateProjectInput): Promise<CreateProjectPayload> {
    return { project: await projects.create(actor, { name: project, ...rest }) }
  }

  @Mutation(() => UpdateProjectPayload, { description: 'Changes title and description.' })
  async updateProject(@Ctx() { actor, projects }: IdentityContext, @Arg('input', () => UpdateProjectInput) { project, ...change }: UpdateProjectInput): Promise<UpdateProjectPayload> {
    return { project: await projects.update(scopeIn(actor, project), change) }
  }

  @Mutation(() => SetMemberPayload, { description: 'Invites somebody or changes the role. Nobody gives a role above the own one.' })
  async setMember(@Ctx() { actor, members }: IdentityContext, @Arg('input', () => SetMemberInput) { project, username, role }: SetMemberInput): Promise<SetMemberPayload> {
    return { member: await members.set(scopeIn(actor, project), username, role) }
  }

  @Mutation(() => RemoveMemberPayload, { description: 'Ends a membership. The last owner stays.' })
  async removeMember(@Ctx() { actor, members }: IdentityContext, @Arg('input', () => RemoveMemberInput) { project, username }: RemoveMemberInput): Promise<RemoveMemberPayload> {
    await members.remove(scopeIn(actor, project), username)
    return { ok: true }
  }
}
