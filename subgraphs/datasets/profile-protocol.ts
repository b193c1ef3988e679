/** What the server and its profiling child say to each other over the child's channel. */
import type { Column, Preview, Profile } from '#datasets/domain/dataset.ts'
import type { Format } from '#datasets/domain/format.ts'

export type ProfileTask =
  | { readonly kind: 'profile'; readonly path: string; readonly format: Format }
  | { readonly kind: 'rows'; readonly path: string; readonly format: Format; readonly columns: readonly Pick<Column, 'name' | 'type'>[]; readonly offset: number; readonly count: number }

export type ProfileReply =
  | { readonly id: number; readonly profile: Profile }
  | { readonly id: number; readonly rows: Preview }
  /** The file is at fault; the sentence is for whoever sent it. */
  | { readonly id: number; readonly problem: string }
  /** We are at fault. */
  | { readonly id: number; readonly defect: string }
