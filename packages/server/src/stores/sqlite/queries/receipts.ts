/**
 * @module Receipts, their hash chains, and the keys that encrypt the user ids in them.
 */

import type { NewReceipt } from '../../../engine/receipt-records.ts'
import type { ReceiptStore } from '../../../engine/store/receipts.ts'
import {
  RECEIPT_COLUMNS,
  toChained,
  toChainHead,
  toReceipt,
  toUnchained,
} from '../../row-mapping.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

const COLUMNS = RECEIPT_COLUMNS.join(', ')

export type SqliteReceiptStore = ReceiptStore & {
  /** To be called within the transaction of the decision. */
  appendReceipt(receipt: NewReceipt | undefined): void
}

function prepareStatements(connection: Connection) {
  return {
    insert: connection.prepare(
      `INSERT INTO receipts (receipt_id, wallet_id, grant_id, created_at, event, document) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (receipt_id) DO NOTHING`,
    ),
    select: connection.prepare(`SELECT ${COLUMNS} FROM receipts WHERE receipt_id = ?`),
    selectByGrants: connection.prepare(
      `SELECT ${COLUMNS} FROM receipts WHERE grant_id IN (SELECT value FROM json_each(?)) ORDER BY created_at DESC, receipt_id DESC LIMIT ?`,
    ),
    selectUnchained: connection.prepare(
      'SELECT receipt_id, wallet_id, document FROM receipts WHERE sequence IS NULL ORDER BY created_at LIMIT ?',
    ),
    selectHead: connection.prepare('SELECT sequence, hash FROM chain_heads WHERE wallet_id = ?'),
    selectHeads: connection.prepare('SELECT sequence, hash, wallet_id FROM chain_heads'),
    insertHead: connection.prepare(
      `INSERT INTO chain_heads (wallet_id, sequence, hash) VALUES (?, 0, '') ON CONFLICT DO NOTHING`,
    ),
    moveHead: connection.prepare(
      'UPDATE chain_heads SET sequence = ?, hash = ? WHERE wallet_id = ? AND sequence = ? AND hash = ? RETURNING 1',
    ),
    setLink: connection.prepare(
      'UPDATE receipts SET sequence = ?, hash = ? WHERE receipt_id = ? AND wallet_id = ? AND sequence IS NULL RETURNING 1',
    ),
    selectChain: connection.prepare(
      'SELECT receipt_id, document, sequence, hash FROM receipts WHERE wallet_id = ? AND sequence > ? ORDER BY sequence LIMIT ?',
    ),
    insertKey: connection.prepare(
      'INSERT INTO user_keys (wallet_id, user_id, encrypted_key) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    selectKey: connection.prepare(
      'SELECT encrypted_key FROM user_keys WHERE wallet_id = ? AND user_id = ?',
    ),
  }
}

export function createReceiptStore(connection: Connection, group: GroupCommit): SqliteReceiptStore {
  const {
    insert,
    select,
    selectByGrants,
    selectUnchained,
    selectHead,
    selectHeads,
    insertHead,
    moveHead,
    setLink,
    selectChain,
    insertKey,
    selectKey,
  } = prepareStatements(connection)

  return {
    appendReceipt(receipt) {
      if (!receipt) return
      const { receiptId, walletId, grantId, createdAt, event, document } = receipt
      insert.get(receiptId, walletId, grantId, createdAt, event, document)
    },
    async readReceipt(receiptId) {
      const row = select.get(receiptId)
      return row && toReceipt(row)
    },
    async listReceipts(grantIds, limit) {
      return selectByGrants.all(JSON.stringify(grantIds), limit).map(toReceipt)
    },
    async listUnchained(limit) {
      return selectUnchained.all(limit).map(toUnchained)
    },
    async readChainHead(walletId) {
      const row = selectHead.get(walletId)
      return row && toChainHead(row)
    },
    async listChainHeads() {
      return selectHeads.all().map((row) => ({ ...toChainHead(row), walletId: String(row[2]) }))
    },
    appendToChain: (walletId, expectedHead, links) =>
      group.write(() => {
        const last = links.at(-1)
        insertHead.get(walletId)
        if (
          !last ||
          !moveHead.get(
            last.sequence,
            last.hash,
            walletId,
            expectedHead.sequence,
            expectedHead.hash,
          )
        )
          return false
        for (const { receiptId, sequence, hash } of links)
          setLink.get(sequence, hash, receiptId, walletId)
        return true
      }),
    async readChain(walletId, after, limit) {
      return selectChain.all(walletId, after, limit).map(toChained)
    },
    async findOrCreateUserKey({ walletId, userId }, newKey) {
      const known = selectKey.get(walletId, userId)
      if (known) return known[0] as Buffer
      return group.write(() => {
        insertKey.get(walletId, userId, Buffer.from(newKey))
        return selectKey.get(walletId, userId)?.[0] as Buffer
      })
    },
    async readUserKey({ walletId, userId }) {
      return selectKey.get(walletId, userId)?.[0] as Buffer | undefined
    },
  }
}
