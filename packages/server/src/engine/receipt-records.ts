/**
 * @module Receipts as they are signed and stored.
 * @see docs/consent.md#receipts
 */
import type { ConsentDuration } from '@assent/protocol'

/** The events of receipts. These values are signed and stored permanently: do not rename them. */
export const RECEIPT_EVENTS = [
  'granted',
  'partial',
  'refused',
  'changed',
  'renewed',
  'withdrawn',
  'expired',
] as const
export type ReceiptEvent = (typeof RECEIPT_EVENTS)[number]

export type ReceiptActor = 'user' | 'guardian' | 'merchant' | 'operator' | 'system'

/** The processing of one scope, as a receipt states it. */
export type Processing = {
  readonly scope: string
  readonly title?: string
  readonly purpose?: string
  readonly personalData: readonly string[]
  readonly state: 'granted' | 'refused' | 'withdrawn' | 'expired'
  readonly lawfulBasis: 'consent'
  readonly required?: boolean
  readonly lifetime?: ConsentDuration
  readonly validUntil?: string
  /** The hash of the prompt on which the scope was granted. */
  readonly sheetHash?: string
}

/** A consent record. It names the user by the pairwise id only. */
export type ReceiptRecord = {
  readonly schema: 'ISO/IEC TS 27560:2023'
  readonly recordId: string
  readonly event: {
    readonly type: ReceiptEvent
    readonly time: string
    readonly actor: ReceiptActor
  }
  readonly principalId: string
  /** The prompt. Absent when the change was made without one. */
  readonly notice?: { readonly version: string; readonly hash: string; readonly language: string }
  readonly controller: {
    readonly clientId: string
    readonly name: string
    readonly country?: string
    readonly contact?: string
  }
  readonly miniProgram: {
    readonly appId: string
    readonly name: string
    readonly verified: boolean
  }
  readonly wallet: { readonly walletId: string; readonly name: string }
  readonly processing: readonly Processing[]
  readonly recipients: readonly string[]
  readonly retention?: string
  readonly storageLocation?: string
  readonly jurisdiction?: string
  /** The menu path where the user withdraws consent. */
  readonly withdrawal: string
  readonly policyUrl?: string
  readonly termsUrl?: string
}

/** A record as it is signed. */
export type SealedRecord = ReceiptRecord & {
  readonly iss: string
  /** The installation that signed it, such as `production`. */
  readonly environment: string
  /** The wallet's id of the user, encrypted with the user's own key: AES-256-GCM, base64url of nonce, ciphertext and tag. */
  readonly principal: string
}

/** A receipt, as it is written in the transaction of its change. */
export type NewReceipt = {
  /** Derived from the change, so that a repeated write does not create a second receipt. */
  readonly receiptId: string
  /** The wallet whose chain the receipt is appended to. */
  readonly walletId: string
  readonly grantId: number
  readonly createdAt: number
  readonly event: ReceiptEvent
  /** The signed record: a compact JWS (RFC 7515). */
  readonly document: string
}

export type ReceiptSummary = Omit<NewReceipt, 'walletId'>
