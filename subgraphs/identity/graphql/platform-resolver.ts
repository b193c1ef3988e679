import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver } from 'type-graphql'
import { demandOnPlatform } from '#shared/access.ts'
import { couldHold } from '#shared/policy.ts'
import { connectionOf } from '#shared/graphql/page-types.ts'
import type { IdentityContext } from './context.ts'
import { CreateUserInput, CreateUserPayload, SetPasswordInput, SetPasswordPayload, UpdateUserInput, UpdateUserPayload } from './inputs.ts'
import { Platform, Service } from './platform.ts'
import { UserConnection } from './user.ts'

@Resolver(() => Platform)
export class PlatformResolver {
  @Query(() => Platform, { description: 'The installation itself.' })
  platform(@Ctx() { actor, platform }: IdentityContext): Platform {
    if (!couldHold(actor, 'platform.user.read', undefined)) demandOnPlatform(actor, 'platform.service.read')
    return { version: platform.version }
  }

  @FieldResolver(() => [Service], { description: 'Every part of the platform, asked just now.' })
  async services(@Ctx() { actor, platform }: IdentityContext): Promise<Service[]> {
    demandOnPlatform(actor, 'platform.service.read')
    const services = await platform.health()
    return services.map(({ service, ok, dependencies }) => ({ name: service, status: ok ? 'HEALTHY' : 'UNHEALTHY', dependencies: dependencies.map((d) => ({ ...d, detail: d.detail ?? null })) }))
  }

  @FieldResolver(() => UserConnection, { description: 'Everybody, by user name.' })
  async users(
    @Ctx() { actor, users }: IdentityContext,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<UserConnection> {
    return connectionOf(await users.list(actor, first, after), (user) => user)
  }

  @Mutation(() => CreateUserPayload, { description: 'Makes an account.' })
  async createUser(@Ctx() { actor, users }: IdentityContext, @Arg('input', () => CreateUserInput) input: CreateUserInput): Promise<CreateUserPayload> {
    return { user: await users.create(actor, input) }
  }

  @Mutation(() => UpdateUserPayload, { description: 'Renames, deactivates or makes an administrator. The last administrator stays one.' })
  async updateUser(@Ctx() { actor, users }: IdentityContext, @Arg('input', () => UpdateUserInput) { username, ...change }: UpdateUserInput): Promise<UpdateUserPayload> {
    return { user: await users.update(actor, username, { displayName: change.displayName ?? undefined, isAdmin: change.isAdmin ?? undefined, active: change.active ?? undefined }) }
  }

  @Mutation(() => SetPasswordPayload, { description: 'Gives somebody a password that must be changed at the next sign-in.' })
  async setPassword(@Ctx() { actor, users }: IdentityContext, @Arg('input', () => SetPasswordInput) { username, password }: SetPasswordInput): Promise<SetPasswordPayload> {
    await users.setPassword(actor, username, password)
    return { ok: true }
  }
}
