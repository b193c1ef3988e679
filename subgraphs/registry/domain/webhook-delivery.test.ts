import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { signatureOf, waitBefore } from '#registry/domain/webhook-delivery.ts'
import { eventName } from '#registry/domain/webhook-events.ts'
import { createSecretBox } from '#registry/domain/webhook-secret.ts'
import { webhookName, webhookUrl } from '#registry/domain/webhook.ts'

describe('a signature', () => {
  it('is the one that MLflow makes', () => {
    // Recorded: mlflow.webhooks.delivery._generate_hmac_signature('s3', 'id-1', '1795204784', '{"a": "é"}')
    expect(signatureOf('s3', 'id-1', '1795204784', '{"a": "é"}')).toBe('v1,l9ZsOC7aNzrT2+8/Tis481FZsXF1gRacXKmwTBKN0q0=')
  })
})

describe('the wait before another attempt', () => {
  it('doubles, with up to a second of chance', () => {
    expect([2, 3, 4].map((attempt) => waitBefore(attempt, 0, () => 0))).toEqual([1_000, 2_000, 4_000])
    expect(waitBefore(2, 0, () => 0.5)).toBe(1_500)
    expect(waitBefore(30, 0, () => 0)).toBe(60_000)
  })
  it('is what the receiver asks for when that is longer, within reason', () => {
    expect(waitBefore(2, 20_000, () => 0)).toBe(20_000)
    expect(waitBefore(4, 2_000, () => 0)).toBe(4_000)
    expect(waitBefore(2, 1e12, () => 0)).toBe(15 * 60_000)
  })
})

describe('a sealed secret', () => {
  const key = randomBytes(32)
  const box = createSecretBox(key)
  it('opens with its key and webhook only, and not when a bit has changed', () => {
    const sealed = box.seal('geheim ✓', 'w1')
    expect(createSecretBox(Buffer.from(key)).open(sealed, 'w1')).toBe('geheim ✓')
    expect(() => box.open(sealed, 'w2')).toThrow()
    expect(() => createSecretBox(randomBytes(32)).open(sealed, 'w1')).toThrow()
    for (const at of [0, 13, sealed.length - 1]) {
      const changed = Buffer.from(sealed)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => box.open(changed, 'w1')).toThrow()
    }
  })
})

describe('a URL', () => {
  it.each([
    ['https://user:pw@example.com/', 'must not include embedded credentials'],
    ['https://example.com@127.0.0.1/', 'must not include embedded credentials'],
    ['https://example.com\\@127.0.0.1/', 'must not include embedded credentials'],
    ['https://example.com\\.evil/', 'Invalid webhook URL'],
    ['https://exa\tmple.com/', 'Invalid webhook URL'],
    ['https://example.com /', 'Invalid webhook URL'],
    ['https:example.com', 'must include a hostname'],
    ['https:\\\\127.0.0.1/', 'must include a hostname'],
    ['https://[::1', 'Invalid webhook URL'],
    ['https://example.com:99999/', 'Invalid webhook URL'],
    ['javascript:alert(1)', "scheme: 'javascript'"],
    ['file:///etc/passwd', "scheme: 'file'"],
    ['https://a\u0000b/', 'NUL'],
    [`https://example.com/${'x'.repeat(2_048)}`, 'maximum length'],
  ])('is refused: %j', (url, message) => expect(() => webhookUrl(url, ['https'])).toThrow(message))

  it.each([
    ['https://2130706433/', '127.0.0.1'],
    ['https://0177.0.0.1/', '127.0.0.1'],
    ['https://0x7f.1/', '127.0.0.1'],
    ['https://127.1/', '127.0.0.1'],
    ['https://①②⑦.0.0.1/', '127.0.0.1'],
    ['HTTPS://Example.COM/', 'example.com'],
    ['https://[::ffff:127.0.0.1]/', '[::ffff:7f00:1]'],
  ])('has one host: %s', (url, host) => expect(webhookUrl(url, ['https']).hostname).toBe(host))
})

it('names are of 1 to 63 letters, digits, dots, underscores and dashes', () => {
  for (const good of ['w', 'A.b_c-9', 'x'.repeat(63)]) expect(webhookName(good)).toBe(good)
  for (const bad of ['', '-w', 'w-', 'x'.repeat(64), 'a b', 'w\n', 'ä']) expect(() => webhookName(bad), bad).toThrow('is invalid')
})

it('an entity is not what an object happens to have', () => {
  expect(() => eventName('constructor', 'name')).toThrow('Valid actions are: []')
  expect(() => eventName('model_version', 'toString')).toThrow("Valid actions are: ['created']")
})
