/** MLflow's UI asks who is signed in (mlflow/server/auth, get_current_user). */
import { DomainError } from '#shared/errors.ts'
import { platformRoute, withAjaxTwins, type Route } from '#shared/rest/route.ts'
import type { Users } from '#identity/domain/users.ts'

export const userRoutes = (users: Users): Route[] =>
  withAjaxTwins([
    platformRoute({
      method: 'GET',
      path: '/api/2.0/mlflow/users/current',
      family: 'mlflow',
      summary: 'The user behind the credential.',
      needs: 'authenticated',
      async handle({ actor }) {
        const user = await users.me(actor)
        if (!user) throw new DomainError('UNAUTHENTICATED', 'You are not authenticated.')
        // False: the UI's tricks for browsers that remember a Basic password do not apply to our sessions.
        return { user: { id: user.id, username: user.username, is_admin: user.isAdmin }, is_basic_auth: false }
      },
    }),
  ])
