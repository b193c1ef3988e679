/** 32 signs that people can read to each other: five bits of each byte pick one without a bias. */
const signs = '0123456789abcdefghjkmnpqrstvwxyz'
const length = 24 // 120 bits

/** A password for somebody else, made in this browser: four groups of six. */
export function firstPassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length))
  const text = [...bytes].map((byte) => signs[byte % signs.length]).join('')
  return text.replace(/(.{6})(?=.)/g, '$1-')
}
