/**
 * Secrets that we make. A token reads `slc_<kind>_<base62 of 32 bytes><crc32>`: the checksum lets a scanner recognise a
 * leaked token, and lets us refuse a mistyped one without asking the database. Only SHA-256 hashes are stored: the
 * secrets are random, so a slow hash would buy nothing.
 */
import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BODY = 43 // ceil(256 bits / log2(62))
const CHECK = 6 // ceil(32 bits / log2(62))
const tokenPattern = new RegExp(`^slc_[a-z]{2,8}_[0-9A-Za-z]{${BODY + CHECK}}$`)

/** `pat`: a personal token. `ops`: the operator's of this machine (operator-token.ts). */
export type TokenKind = 'pat' | 'ops'

export const tokenMark = 'slc_'
export const operatorMark = `${tokenMark}ops_`
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export function newToken(kind: TokenKind): string {
  const body = `${tokenMark}${kind}_${base62(BigInt(`0x${randomBytes(32).toString('hex')}`), BODY)}`
  return body + checksum(body)
}

/** Whether the text could be a token of ours: shape and checksum. */
export function isWellFormedToken(token: string): boolean {
  return tokenPattern.test(token) && checksum(token.slice(0, -CHECK)) === token.slice(-CHECK)
}

/** Enough for people to recognise a token, far too little to use it. */
export const tokenPrefix = (token: string): string => token.slice(0, tokenMark.length + 8)

export const newSessionSecret = (): string => randomBytes(32).toString('base64url')
/** 120 bits in groups that people can type. */
export const newPassword = (): string => base62(BigInt(`0x${randomBytes(15).toString('hex')}`), 21).replace(/(.{7})(?=.)/g, '$1-')

const checksum = (text: string): string => base62(BigInt(crc32(text)), CHECK)

function base62(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest /= 62n) text = digits.charAt(Number(rest % 62n)) + text
  return text
}
