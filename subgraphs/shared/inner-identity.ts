/**
 * The inner identity: how the gateway tells a subgraph who is asking. An EdDSA token of 60 s whose audience is the one
 * subgraph; no permissions inside. Embedded and apart use this same verifier (design section 3).
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { importPKCS8, importSPKI, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { Caller } from '#shared/actor.ts'
import { DomainError } from '#shared/errors.ts'
import { isPermission, type Permission } from '#shared/policy.ts'
import type { SubgraphName } from '#shared/subsystem.ts'

export const innerHeader = 'x-sluice-inner'
const algorithm = 'EdDSA'
const issuer = 'sluice'
const lifetimeSeconds = 60

export interface InnerSigner {
  sign(caller: Caller, audience: SubgraphName): Promise<string>
}
export interface InnerVerifier {
  /** Throws UNAUTHENTICATED for anything but a valid, unexpired token of our gateway for this subgraph. */
  verify(token: string | undefined): Promise<Caller>
}

export interface InnerKeys {
  /** PKCS8 PEM: only who may call subgraphs holds it. */
  readonly privateKey: string
  /** SPKI PEM. */
  readonly publicKey: string
}

export function newInnerKeys(): InnerKeys {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', { privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } })
  return { privateKey, publicKey }
}

const callerClaims = z.object({
  kind: z.enum(['user', 'service', 'anonymous']),
  principal: z.string(),
  subject: z.string(),
  project: z.string().optional(),
  request: z.string(),
  epoch: z.number().optional(),
  ceiling: z.object({ projects: z.array(z.string()).nullable(), permissions: z.array(z.custom<Permission>((p) => typeof p === 'string' && isPermission(p))).nullable() }).nullable(),
})

export async function createInnerSigner(privateKeyPem: string): Promise<InnerSigner> {
  const key = await importPKCS8(privateKeyPem, algorithm)
  return {
    sign: (caller, audience) =>
      new SignJWT({ kind: caller.kind, principal: caller.principalId, subject: caller.subjectId, project: caller.projectName, request: caller.requestId, epoch: caller.epoch, ceiling: caller.ceiling })
        .setProtectedHeader({ alg: algorithm })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${lifetimeSeconds}s`)
        .setJti(randomUUID())
        .sign(key),
  }
}

export async function createInnerVerifier(publicKeyPem: string, audience: SubgraphName): Promise<InnerVerifier> {
  const key = await importSPKI(publicKeyPem, algorithm)
  const refuse = (cause?: unknown): never => {
    throw new DomainError('UNAUTHENTICATED', 'This subgraph answers its gateway only.', {}, { cause })
  }
  return {
    async verify(token) {
      if (!token) return refuse()
      try {
        const { payload } = await jwtVerify(token, key, { algorithms: [algorithm], issuer, audience, requiredClaims: ['exp', 'jti'], maxTokenAge: lifetimeSeconds })
        const claims = callerClaims.parse(payload)
        return {
          principalId: claims.principal,
          kind: claims.kind,
          subjectId: claims.subject,
          ceiling: claims.ceiling,
          requestId: claims.request,
          ...(claims.project === undefined ? {} : { projectName: claims.project }),
          ...(claims.epoch === undefined ? {} : { epoch: claims.epoch }),
        }
      } catch (error) {
        return refuse(error)
      }
    },
  }
}
