import { generateKeyPairSync } from 'node:crypto'
import { SignJWT, UnsecuredJWT, importPKCS8 } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '#shared/actor.ts'
import { DomainError } from '#shared/errors.ts'
import { createInnerSigner, createInnerVerifier, newInnerKeys, type InnerSigner, type InnerVerifier } from '#shared/inner-identity.ts'

const caller: Caller = { principalId: 'u1', kind: 'user', subjectId: 'u2', ceiling: { projects: ['p'], permissions: ['tracking.run.read'] }, requestId: 'r1', projectName: 'p1' }
const keys = newInnerKeys()
let signer: InnerSigner
let verifier: InnerVerifier
beforeAll(async () => {
  signer = await createInnerSigner(keys.privateKey)
  verifier = await createInnerVerifier(keys.publicKey, 'tracking')
})
const refused = (token: string | undefined) => expect(verifier.verify(token)).rejects.toSatisfy((e) => e instanceof DomainError && e.code === 'UNAUTHENTICATED')
const claims = { kind: 'user', principal: 'admin', subject: 'admin', request: 'r', ceiling: null }

describe('the inner identity', () => {
  it('carries the caller whole', async () => {
    expect(await verifier.verify(await signer.sign(caller, 'tracking'))).toEqual(caller)
  })
  it('is refused when absent, garbled or for another subgraph', async () => {
    await refused(undefined)
    await refused('')
    await refused('x.y.z')
    await refused(await signer.sign(caller, 'registry'))
  })
  it('is refused when another key signed it', async () => {
    const other = await createInnerSigner(newInnerKeys().privateKey)
    await refused(await other.sign(caller, 'tracking'))
  })
  it('is refused without a signature, and when the public key is used as an HMAC secret', async () => {
    await refused(new UnsecuredJWT(claims).setIssuer('sluice').setAudience('tracking').setIssuedAt().setExpirationTime('60s').setJti('j').encode())
    await refused(
      await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer('sluice')
        .setAudience('tracking')
        .setIssuedAt()
        .setExpirationTime('60s')
        .setJti('j')
        .sign(new TextEncoder().encode(keys.publicKey)),
    )
  })
  it('is refused after a minute, and when it was issued for longer', async () => {
    const key = await importPKCS8(keys.privateKey, 'EdDSA')
    const sign = (issued: number, expires: number) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA' }).setIssuer('sluice').setAudience('tracking').setIssuedAt(issued).setExpirationTime(expires).setJti('j').sign(key)
    const now = Math.floor(Date.now() / 1_000)
    await expect(verifier.verify(await sign(now, now + 60))).resolves.toMatchObject({ principalId: 'admin' })
    await refused(await sign(now - 120, now - 60))
    await refused(await sign(now - 120, now + 3_600))
  })
  it('is refused when signed with RSA', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    await refused(await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).setIssuer('sluice').setAudience('tracking').setIssuedAt().setExpirationTime('60s').setJti('j').sign(privateKey))
  })
})
