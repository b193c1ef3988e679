/** User names are lower-case and plain, so that no two look alike. */
import { invalid } from '#shared/errors.ts'

const pattern = /^[a-z0-9](?:[a-z0-9._@+-]{0,62}[a-z0-9])?$/

/** As people type it. */
export const normalUsername = (text: string): string => text.trim().toLowerCase()

/** Throws INVALID for a name that nobody can have. */
export function newUsername(text: string): string {
  const username = normalUsername(text)
  if (!pattern.test(username) || username === 'anonymous') throw invalid("'username' has 1 to 64 characters out of a-z, 0-9 and . _ @ + -, and begins and ends with a letter or digit", 'username')
  return username
}
