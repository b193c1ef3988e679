import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver } from 'type-graphql'
import type { Token as DomainToken } from '#identity/domain/stores.ts'
import type { IdentityContext } from './context.ts'
import { ChangeMyPasswordInput, ChangeMyPasswordPayload, CreateTokenInput, CreateTokenPayload, RevokeTokenInput, RevokeTokenPayload } from './inputs.ts'
import { Me, Token } from './user.ts'

@Resolver(() => Me)
export class MeResolver {
  @Query(() => Me, { nullable: true, description: 'Who asks; null for anonymous.' })
  me(@Ctx() { actor, users }: IdentityContext): Promise<Me | null> {
    return users.me(actor)
  }

  @FieldResolver(() => [Token], { description: 'The live tokens, newest first.' })
  async tokens(@Ctx() context: IdentityContext): Promise<Token[]> {
    return Promise.all((await context.tokens.mine(context.actor)).map((token) => inGraph(context, token)))
  }

  @Mutation(() => CreateTokenPayload, { description: 'Makes a personal token.' })
  async createToken(@Ctx() context: IdentityContext, @Arg('input', () => CreateTokenInput) input: CreateTokenInput): Promise<CreateTokenPayload> {
    const { token, secret } = await context.tokens.create(context.actor, input)
    return { token: await inGraph(context, token), secret }
  }

  @Mutation(() => RevokeTokenPayload, { description: 'Ends a token for good.' })
  async revokeToken(@Ctx() { actor, tokens }: IdentityContext, @Arg('input', () => RevokeTokenInput) { id }: RevokeTokenInput): Promise<RevokeTokenPayload> {
    await tokens.revoke(actor, id)
    return { ok: true }
  }

  @Mutation(() => ChangeMyPasswordPayload, { description: 'Changes the asker’s password and ends every session.' })
  async changeMyPassword(@Ctx() { actor, users }: IdentityContext, @Arg('input', () => ChangeMyPasswordInput) { current, next }: ChangeMyPasswordInput): Promise<ChangeMyPasswordPayload> {
    await users.changeMyPassword(actor, current, next)
    return { ok: true }
  }
}

/** The graph names projects; one that the asker no longer sees has no name here. */
async function inGraph({ loaders }: IdentityContext, token: DomainToken): Promise<Token> {
  const projects = token.projects && (await Promise.all(token.projects.map((id) => loaders.project.load(id)))).flatMap((project) => project?.name ?? [])
  return { ...token, projects, permissions: token.permissions && [...token.permissions] }
}
