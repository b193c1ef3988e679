/**
 * Passwords: what is good enough, and argon2id (security.md section 3: m=19456 KiB, t=2, p=1). At most two hashes at
 * once and twenty in the queue, so that guessing cannot take the machine; an unknown user costs the same as a known one.
 */
import { hash, verify } from '@node-rs/argon2'
import { invalid, unavailable } from '#shared/errors.ts'
import { tokenMark } from './secrets.ts'

const ARGON2ID = 2 // Algorithm.Argon2id; a const enum, which isolated modules cannot read
const parameters = { algorithm: ARGON2ID, memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const MAX_RUNNING = 2
const MAX_WAITING = 20
const MIN_LENGTH = 12
const MAX_LENGTH = 128

/** The hash of nobody's password, with our parameters: verified in place of an unknown user's. */
const nobody = '$argon2id$v=19$m=19456,t=2,p=1$mxF4XBGgBaO9J9mdkPXxxA$KOqfPpTrB2fnO6LB6iUS31hg3HBjApixUESpyiAT8oY'

/** Long enough for the rule, and still among the first that anybody tries. */
const common = new Set([
  '123456789012',
  '1234567890123',
  '12345678901234',
  '123456789123',
  '1234567890ab',
  '111111111111',
  '000000000000',
  '123123123123',
  '112233445566',
  '121212121212',
  'aaaaaaaaaaaa',
  'abcdefghijkl',
  'abcd12345678',
  'qwertyuiop12',
  'qwertyuiop123',
  'qwertyuiopas',
  'qwerty123456',
  'qwertyuiop[]',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  'q1w2e3r4t5y6',
  'zaq12wsxcde3',
  'password1234',
  'password12345',
  'password123456',
  'passwordpassword',
  'password123!',
  'password1234!',
  'p@ssw0rd1234',
  'p@ssword1234',
  'administrator',
  'administrator1',
  'admin1234567',
  'adminadminadmin',
  'admin123456!',
  'changeme1234',
  'changemeplease',
  'letmeinletmein',
  'welcome12345',
  'welcome123456',
  'iloveyou1234',
  'iloveyouforever',
  'correcthorsebatterystaple',
  'trustno1trustno1',
  'sunshine1234',
  'football1234',
  'baseball1234',
  'princess1234',
  'dragon123456',
  'monkey123456',
  'master123456',
  'superman1234',
  'michael12345',
  'qazwsxedcrfv',
  'asdfghjkl123',
  'asdfghjklqwe',
  'zxcvbnm12345',
  '!qaz2wsx3edc',
])

/** Throws INVALID for a password that nobody should have. */
export function checkPassword(password: string, username: string): void {
  const length = [...password].length
  if (length < MIN_LENGTH) throw invalid(`A password has at least ${MIN_LENGTH} characters`, 'password')
  if (length > MAX_LENGTH) throw invalid(`A password has at most ${MAX_LENGTH} characters`, 'password')
  const lower = password.toLowerCase()
  if (password.startsWith(tokenMark)) throw invalid(`A password does not begin with ${tokenMark}: that is how tokens begin`, 'password')
  if (common.has(lower) || new Set(lower).size < 4) throw invalid('This password is among the first that anybody tries', 'password')
  if (username.length >= 4 && lower.includes(username.toLowerCase())) throw invalid('A password does not contain the user name', 'password')
}

export interface PasswordHasher {
  hash(password: string): Promise<string>
  /** False for an unknown user (`null`), after the same work. Throws UNAVAILABLE when the queue is full. */
  verify(hash: string | null, password: string): Promise<boolean>
}

export function createPasswordHasher(): PasswordHasher {
  let running = 0
  const waiting: (() => void)[] = []

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= MAX_RUNNING) {
      if (waiting.length >= MAX_WAITING) throw unavailable('sign-in')
      await new Promise<void>((resolve) => waiting.push(resolve)) // whoever finishes hands its place on
    } else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }

  return {
    hash: (password) => inTurn(() => hash(password.normalize('NFC'), parameters)),
    verify: async (stored, password) => {
      const tooLong = password.length > MAX_LENGTH * 4 // never hash a megabyte
      const good = await inTurn(() => verify(stored ?? nobody, tooLong ? '' : password.normalize('NFC')))
      return good && stored !== null && !tooLong
    },
  }
}
