/**
 * Secrets of webhooks at rest: AES-256-GCM with a key of their own, derived from the installation's, and bound to their
 * webhook, so that a row's secret opens in no other row.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

export interface SecretBox {
  seal(text: string, webhookId: string): Buffer
  /** Throws when the key, the webhook or a bit is another one. */
  open(sealed: Buffer, webhookId: string): string
}

const IV_BYTES = 12
const TAG_BYTES = 16

export function createSecretBox(installationKey: Buffer): SecretBox {
  const key = Buffer.from(hkdfSync('sha256', installationKey, Buffer.alloc(0), 'sluice registry webhook secrets', 32))
  return {
    seal(text, webhookId) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(webhookId))
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed])
    },
    open(sealed, webhookId) {
      const iv = sealed.subarray(0, IV_BYTES)
      const tag = sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(webhookId)).setAuthTag(tag)
      return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
    },
  }
}
