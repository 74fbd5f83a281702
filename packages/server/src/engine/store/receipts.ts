/**
 * @module The ports to receipts: signing them, and storing them in one hash chain per wallet.
 * @see docs/consent.md#receipt-chain
 */
import type { NewReceipt, ReceiptRecord, ReceiptSummary, SealedRecord } from '../receipt-records.ts'
import type { UserRef } from '../records.ts'

/** The last link of a chain: its number, and a hash over all preceding links. */
export type ChainHead = { readonly sequence: number; readonly hash: string }
export type UnchainedReceipt = Pick<NewReceipt, 'receiptId' | 'walletId' | 'document'>
export type ChainedReceipt = ChainHead & Pick<NewReceipt, 'receiptId' | 'document'>

/** Stored receipts. Each is appended to the chain of its wallet shortly after it was written. */
export interface ReceiptStore {
  readReceipt(receiptId: string): Promise<ReceiptSummary | undefined>
  /** Lists the receipts of grants, the latest first. */
  listReceipts(grantIds: readonly number[], limit: number): Promise<readonly ReceiptSummary[]>
  /** Lists receipts that are in no chain yet, the oldest first. */
  listUnchained(limit: number): Promise<readonly UnchainedReceipt[]>
  /** Reads the head of a wallet's chain. @returns `undefined` when the chain is empty */
  readChainHead(walletId: string): Promise<ChainHead | undefined>
  listChainHeads(): Promise<readonly (ChainHead & { readonly walletId: string })[]>
  /**
   * Appends receipts to a chain, in one transaction.
   * @param from the head that the links continue
   * @returns `false` when the head has moved: nothing is written; read the head again and retry
   */
  appendToChain(
    walletId: string,
    from: ChainHead,
    links: readonly (ChainHead & Pick<NewReceipt, 'receiptId'>)[],
  ): Promise<boolean>
  /** Reads the links of a chain after a sequence number, in order. */
  readChain(walletId: string, after: number, limit: number): Promise<readonly ChainedReceipt[]>
  /** Finds the encrypted key of a user, or stores the given one. Concurrent calls return the same key. */
  findOrCreateUserKey(user: UserRef, encryptedKey: Uint8Array): Promise<Uint8Array>
  /** Reads the encrypted key of a user. @returns `undefined` when there is none or the user was erased */
  readUserKey(user: UserRef): Promise<Uint8Array | undefined>
}

export interface Receipts {
  /**
   * Signs a record and encrypts the identity of its user with the user's own key.
   * @returns a compact JWS (RFC 7515)
   * @throws {StoreUnavailableError} when the user's key cannot be read
   */
  sign(record: ReceiptRecord, user: UserRef): Promise<string>
  /** Parses a receipt of this server's own store. The signature is not verified. */
  read(document: string): SealedRecord
}
