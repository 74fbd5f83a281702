/**
 * @module Receipts, the chains that they are in, and the keys of their users.
 */

import type { NewReceipt } from '../../../engine/consent/receipt.ts'
import type { ReceiptStore } from '../../../engine/ports/receipts.ts'
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
  /** Within the transaction of the decision. */
  appendReceipt(receipt: NewReceipt | undefined): void
}

export function createReceiptStore(connection: Connection, group: GroupCommit): SqliteReceiptStore {
  const insert = connection.prepare(
    `INSERT INTO receipts (receipt_id, tenant, grant_id, at, event, document) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (receipt_id) DO NOTHING`,
  )
  const one = connection.prepare(`SELECT ${COLUMNS} FROM receipts WHERE receipt_id = ?`)
  const ofGrants = connection.prepare(
    `SELECT ${COLUMNS} FROM receipts WHERE grant_id IN (SELECT value FROM json_each(?)) ORDER BY at DESC, receipt_id DESC LIMIT ?`,
  )
  const unchained = connection.prepare(
    'SELECT receipt_id, tenant, document FROM receipts WHERE sequence IS NULL ORDER BY at LIMIT ?',
  )
  const head = connection.prepare('SELECT sequence, hash FROM chain_heads WHERE tenant = ?')
  const heads = connection.prepare('SELECT sequence, hash, tenant FROM chain_heads')
  const begin = connection.prepare(
    `INSERT INTO chain_heads (tenant, sequence, hash) VALUES (?, 0, '') ON CONFLICT DO NOTHING`,
  )
  const move = connection.prepare(
    'UPDATE chain_heads SET sequence = ?, hash = ? WHERE tenant = ? AND sequence = ? AND hash = ? RETURNING 1',
  )
  const link = connection.prepare(
    'UPDATE receipts SET sequence = ?, hash = ? WHERE receipt_id = ? AND tenant = ? AND sequence IS NULL RETURNING 1',
  )
  const chain = connection.prepare(
    'SELECT receipt_id, document, sequence, hash FROM receipts WHERE tenant = ? AND sequence > ? ORDER BY sequence LIMIT ?',
  )
  const insertKey = connection.prepare(
    'INSERT INTO user_keys (wallet_id, user_id, wrapped) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const key = connection.prepare(
    'SELECT wrapped FROM user_keys WHERE wallet_id = ? AND user_id = ?',
  )

  return {
    appendReceipt(receipt) {
      if (!receipt) return
      const { receiptId, walletId, grantId, createdAt, event, document } = receipt
      insert.get(receiptId, walletId, grantId, createdAt, event, document)
    },
    async readReceipt(receiptId) {
      const row = one.get(receiptId)
      return row && toReceipt(row)
    },
    async listReceipts(grantIds, limit) {
      return ofGrants.all(JSON.stringify(grantIds), limit).map(toReceipt)
    },
    async listUnchained(limit) {
      return unchained.all(limit).map(toUnchained)
    },
    async readChainHead(walletId) {
      const row = head.get(walletId)
      return row && toChainHead(row)
    },
    async listChainHeads() {
      return heads.all().map((row) => ({ ...toChainHead(row), walletId: String(row[2]) }))
    },
    appendToChain: (walletId, from, links) =>
      group.write(() => {
        const last = links.at(-1)
        begin.get(walletId)
        if (!last || !move.get(last.sequence, last.hash, walletId, from.sequence, from.hash))
          return false
        for (const { receiptId, sequence, hash } of links)
          link.get(sequence, hash, receiptId, walletId)
        return true
      }),
    async readChain(walletId, after, limit) {
      return chain.all(walletId, after, limit).map(toChained)
    },
    async findOrCreateUserKey({ walletId, userId }, wrapped) {
      const known = key.get(walletId, userId)
      if (known) return known[0] as Buffer
      return group.write(() => {
        insertKey.get(walletId, userId, Buffer.from(wrapped))
        return key.get(walletId, userId)?.[0] as Buffer
      })
    },
    async readUserKey({ walletId, userId }) {
      return key.get(walletId, userId)?.[0] as Buffer | undefined
    },
  }
}
