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

const COLUMNS = RECEIPT_COLUMNS.map((name) => `r.${name}`).join(', ')

/** A common table expression that inserts the receipt of a JSON parameter if the table `from` has a row. */
export function insertReceiptCte(parameter: string, from: string): string {
  return `inserted_receipt AS (
    INSERT INTO receipts (receipt_id, wallet_id, grant_id, created_at, event, document)
    SELECT d.receipt_id, d.wallet_id, d.grant_id, d.created_at, d.event, d.document
    FROM ${from}, jsonb_to_recordset(${parameter}::jsonb) AS d (receipt_id text, wallet_id text, grant_id bigint,
      created_at bigint, event text, document text)
    ON CONFLICT (receipt_id) DO NOTHING
  )`
}

export function toReceiptRows(receipt: NewReceipt | undefined): string {
  if (!receipt) return '[]'
  const { receiptId, walletId, grantId, createdAt, event, document } = receipt
  return JSON.stringify([
    {
      receipt_id: receiptId,
      wallet_id: walletId,
      grant_id: grantId,
      created_at: createdAt,
      event,
      document,
    },
  ])
}

const SELECT = `SELECT ${COLUMNS} FROM receipts r WHERE r.receipt_id = $1`
const BY_GRANTS = `SELECT ${COLUMNS} FROM receipts r WHERE r.grant_id = ANY ($1::bigint[])
  ORDER BY r.created_at DESC, r.receipt_id DESC LIMIT $2`
const UNCHAINED = `SELECT receipt_id, wallet_id, document FROM receipts WHERE sequence IS NULL ORDER BY created_at LIMIT $1`
const HEAD = 'SELECT sequence, hash FROM chain_heads WHERE wallet_id = $1'
const HEADS = 'SELECT sequence, hash, wallet_id FROM chain_heads'
const INSERT_HEAD = `INSERT INTO chain_heads (wallet_id, sequence, hash) VALUES ($1, 0, '') ON CONFLICT (wallet_id) DO NOTHING`
/** Compare-and-set of the chain head: of two nodes that append the same receipts, one succeeds. */
const APPEND = `WITH moved AS (
    UPDATE chain_heads SET sequence = $4::bigint, hash = $5 WHERE wallet_id = $1 AND sequence = $2::bigint AND hash = $3
    RETURNING 1
  ), linked AS (
    UPDATE receipts r SET sequence = d.sequence, hash = d.hash
    FROM jsonb_to_recordset($6::jsonb) AS d (receipt_id text, sequence bigint, hash text)
    WHERE r.receipt_id = d.receipt_id AND r.wallet_id = $1 AND r.sequence IS NULL AND EXISTS (SELECT FROM moved)
    RETURNING 1
  )
  SELECT count(*) FROM moved`
const CHAIN = `SELECT receipt_id, document, sequence, hash FROM receipts
  WHERE wallet_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`
const INSERT_KEY = `INSERT INTO user_keys (wallet_id, user_id, encrypted_key) VALUES ($1, $2, $3)
  ON CONFLICT (wallet_id, user_id) DO NOTHING`
const KEY = 'SELECT encrypted_key FROM user_keys WHERE wallet_id = $1 AND user_id = $2'

export function createReceiptStore(connection: Connection): ReceiptStore {
  return {
    async readReceipt(receiptId) {
      const [row] = await connection.query(SELECT, receiptId)
      return row && toReceipt(row)
    },
    async listReceipts(grantIds, limit) {
      return (await connection.query(BY_GRANTS, grantIds, limit)).map(toReceipt)
    },
    async listUnchained(limit) {
      return (await connection.query(UNCHAINED, limit)).map(toUnchained)
    },
    async readChainHead(walletId) {
      const [row] = await connection.query(HEAD, walletId)
      return row && toChainHead(row)
    },
    async listChainHeads() {
      const rows = await connection.query(HEADS)
      return rows.map((row) => ({ ...toChainHead(row), walletId: String(row[2]) }))
    },
    async appendToChain(walletId, expectedHead, links) {
      const last = links.at(-1)
      if (!last) return false
      await connection.query(INSERT_HEAD, walletId)
      const rows = links.map(({ receiptId, ...link }) => ({ receipt_id: receiptId, ...link }))
      const [row] = await connection.query(
        APPEND,
        walletId,
        expectedHead.sequence,
        expectedHead.hash,
        last.sequence,
        last.hash,
        JSON.stringify(rows),
      )
      return Number(row?.[0]) > 0
    },
    async readChain(walletId, after, limit) {
      return (await connection.query(CHAIN, walletId, after, limit)).map(toChained)
    },
    async findOrCreateUserKey({ walletId, userId }, newKey) {
      const [known] = await connection.query(KEY, walletId, userId)
      if (known) return known[0] as Buffer
      await connection.query(INSERT_KEY, walletId, userId, Buffer.from(newKey))
      const [row] = await connection.query(KEY, walletId, userId)
      return row?.[0] as Buffer
    },
    async readUserKey({ walletId, userId }) {
      const [row] = await connection.query(KEY, walletId, userId)
      return row?.[0] as Buffer | undefined
    },
  }
}
