import type { Models } from '#registry/domain/models.ts'
import type { Registration } from '#registry/domain/registration.ts'
import type { Versions } from '#registry/domain/versions.ts'
import type { Webhooks } from '#registry/domain/webhooks.ts'

/** What both skins call. */
export interface RegistryServices {
  readonly models: Models
  readonly versions: Versions
  readonly registration: Registration
  readonly webhooks: Webhooks
}
