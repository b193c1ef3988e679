import { expect, it } from 'vitest'
import type { Credential } from '#ports'
import { forEachDialect, HERE, type Given } from '#identity/testing/given.ts'

const token = (secret: string | undefined): Credential => ({ kind: 'token', secret: secret ?? '' })
const authenticate = (given: Given, secret: string | undefined) => given.identity.ports.authenticate(token(secret), HERE)

forEachDialect('the operator token', (given) => {
  it('acts with the administrator’s own hands and ends with the next one', async () => {
    const first = await given.identity.newOperatorToken()
    expect(first).toMatch(/^slc_ops_/)
    expect(await authenticate(given, first)).toEqual({ principalId: given.admin.principalId, subjectId: given.admin.principalId, kind: 'user', ceiling: null })
    const second = await given.identity.newOperatorToken()
    given.now += 2_000 // an answer about a token may be a second old
    expect(await authenticate(given, first)).toBeNull()
    expect(await authenticate(given, second)).not.toBeNull()
  })

  it('lives for a day', async () => {
    const secret = await given.identity.newOperatorToken()
    given.now += 24 * 60 * 60_000
    expect(await authenticate(given, secret)).toBeNull()
  })

  it('cannot be made from a personal token by changing its kind', async () => {
    const user = await given.user()
    const actor = await given.actor(user.id)
    const { secret } = await given.as(actor).tokens.create(actor, { name: 'laptop' })
    expect(await authenticate(given, secret.replace('slc_pat_', 'slc_ops_'))).toBeNull()
  })
})
