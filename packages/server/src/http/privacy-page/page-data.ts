/**
 * @module What the view of one mini program shows.
 */
import type { DirectoryUser } from '../../engine/ports/directory.ts'
import type { SealedRecord } from '../../engine/receipt-records.ts'
import type { Registry } from '../../engine/registry.ts'
import type { AppDetail } from '../../engine/users/privacy-page.ts'
import type { ViewProps } from './layout.tsx'

/** Confirms the last change in one line. */
export type Notice = { readonly kind: 'stopped' | 'scope' | 'asks'; readonly name: string }

export type AppPage = {
  readonly app: AppDetail
  /** The records of the receipts, in the same order. */
  readonly records: readonly SealedRecord[]
  readonly registry: Registry
  /** Empty when the directory does not respond. */
  readonly user: DirectoryUser
  readonly notice?: Notice | undefined
}

export type AppPageProps = ViewProps & { readonly page: AppPage }
