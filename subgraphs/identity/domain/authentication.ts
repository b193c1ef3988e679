/** Who a credential belongs to, whatever its kind. */
import { DomainError } from '#shared/errors.ts'
import type { Credential } from '#ports'
import type { PasswordAuthentication } from './password-authentication.ts'
import type { Principal } from './principal.ts'
import { tokenMark } from './secrets.ts'
import type { Sessions } from './sessions.ts'
import type { User } from './stores.ts'
import type { TokenAuthentication } from './token-authentication.ts'

export interface SignedIn {
  readonly secret: string
  readonly expiresAt: number
  readonly user: User
}

export interface Authentication {
  /** Null when the credential is not (or no longer) valid. Throws TOO_MANY_REQUESTS and UNAVAILABLE. */
  authenticate(credential: Credential, address: string): Promise<Principal | null>
  /** Throws UNAUTHENTICATED, TOO_MANY_REQUESTS, UNAVAILABLE. */
  login(username: string, password: string, address: string): Promise<SignedIn>
  logout(secret: string): Promise<void>
}

export interface AuthenticationParts {
  readonly sessions: Sessions
  readonly tokens: TokenAuthentication
  readonly passwords: PasswordAuthentication
}

export function createAuthentication({ sessions, tokens, passwords }: AuthenticationParts): Authentication {
  return {
    authenticate(credential, address) {
      switch (credential.kind) {
        case 'session':
          return sessions.authenticate(credential.secret)
        case 'token':
          return tokens.authenticate(credential.secret, address)
        case 'password':
          // MLflow clients that only know user and password send a token as the password, with any user.
          return credential.password.startsWith(tokenMark) ? tokens.authenticate(credential.password, address) : passwords.authenticate(credential.user, credential.password, address)
      }
    },
    async login(username, password, address) {
      const user = await passwords.verify(username, password, address)
      if (!user) throw new DomainError('UNAUTHENTICATED', 'The user name or the password is wrong.')
      return { ...(await sessions.open(user)), user }
    },
    logout: sessions.close,
  }
}
