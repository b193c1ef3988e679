import { Client, fetchExchange, mapExchange } from 'urql'
import { served } from '../paths.ts'
import { normalisedCache } from './cache.ts'
import { cutFailures } from './partial.ts'
import { problemOf } from './problem.ts'
import { sessionEnded } from './session.ts'

/** One client per session: signing in as somebody else must not meet the cache of the one before. */
export const createClient = (): Client =>
  new Client({
    url: served.graphql,
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetchOptions: { credentials: 'same-origin', headers: { accept: 'application/json' } },
    exchanges: [
      mapExchange({
        onError: (error) => {
          if (problemOf(error, '').kind === 'signed-out') sessionEnded()
        },
      }),
      normalisedCache(),
      mapExchange({ onResult: cutFailures }),
      fetchExchange,
    ],
  })
