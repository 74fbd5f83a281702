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

const COLUMNS = RECEIPT_COLUMNS.map((name) => `r.${name}`).join(', ')

/** As a common table: writes the receipt of a JSON parameter for the row of another one, if there is one. */
export function insertReceiptCte(parameter: string, from: string): string {
  return `kept AS (
    INSERT INTO receipts (receipt_id, tenant, grant_id, at, event, document)
    SELECT d.receipt_id, d.tenant, d.grant_id, d.at, d.event, d.document
    FROM ${from}, jsonb_to_recordset(${parameter}::jsonb) AS d (receipt_id text, tenant text, grant_id bigint,
      at bigint, event text, document text)
    ON CONFLICT (receipt_id) DO NOTHING
  )`
}

export function toReceiptRows(receipt: NewReceipt | undefined): string {
  if (!receipt) return '[]'
  const { receiptId, walletId, grantId, createdAt, event, document } = receipt
  return JSON.stringify([
    { receipt_id: receiptId, tenant: walletId, grant_id: grantId, at: createdAt, event, document },
  ])
}

const ONE = `SELECT ${COLUMNS} FROM receipts r WHERE r.receipt_id = $1`
const OF_GRANTS = `SELECT ${COLUMNS} FROM receipts r WHERE r.grant_id = ANY ($1::bigint[])
  ORDER BY r.at DESC, r.receipt_id DESC LIMIT $2`
const UNCHAINED = `SELECT receipt_id, tenant, document FROM receipts WHERE sequence IS NULL ORDER BY at LIMIT $1`
const HEAD = 'SELECT sequence, hash FROM chain_heads WHERE tenant = $1'
const HEADS = 'SELECT sequence, hash, tenant FROM chain_heads'
const BEGIN = `INSERT INTO chain_heads (tenant, sequence, hash) VALUES ($1, 0, '') ON CONFLICT (tenant) DO NOTHING`
/** The head moves once from where it was: of two nodes that chain the same receipts, one does. */
const CHAIN = `WITH moved AS (
    UPDATE chain_heads SET sequence = $4::bigint, hash = $5 WHERE tenant = $1 AND sequence = $2::bigint AND hash = $3
    RETURNING 1
  ), linked AS (
    UPDATE receipts r SET sequence = d.sequence, hash = d.hash
    FROM jsonb_to_recordset($6::jsonb) AS d (receipt_id text, sequence bigint, hash text)
    WHERE r.receipt_id = d.receipt_id AND r.tenant = $1 AND r.sequence IS NULL AND EXISTS (SELECT FROM moved)
    RETURNING 1
  )
  SELECT count(*) FROM moved`
const READ_CHAIN = `SELECT receipt_id, document, sequence, hash FROM receipts
  WHERE tenant = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`
const INSERT_KEY = `INSERT INTO user_keys (wallet_id, user_id, wrapped) VALUES ($1, $2, $3)
  ON CONFLICT (wallet_id, user_id) DO NOTHING`
const KEY = 'SELECT wrapped FROM user_keys WHERE wallet_id = $1 AND user_id = $2'

export function createReceiptStore(connection: Connection): ReceiptStore {
  return {
    async readReceipt(receiptId) {
      const [row] = await connection.query(ONE, receiptId)
      return row && toReceipt(row)
    },
    async listReceipts(grantIds, limit) {
      return (await connection.query(OF_GRANTS, grantIds, limit)).map(toReceipt)
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
    async appendToChain(walletId, from, links) {
      const last = links.at(-1)
      if (!last) return false
      await connection.query(BEGIN, walletId)
      const rows = links.map(({ receiptId, ...link }) => ({ receipt_id: receiptId, ...link }))
      const [row] = await connection.query(
        CHAIN,
        walletId,
        from.sequence,
        from.hash,
        last.sequence,
        last.hash,
        JSON.stringify(rows),
      )
      return Number(row?.[0]) > 0
    },
    async readChain(walletId, after, limit) {
      return (await connection.query(READ_CHAIN, walletId, after, limit)).map(toChained)
    },
    async findOrCreateUserKey({ walletId, userId }, wrapped) {
      const [known] = await connection.query(KEY, walletId, userId)
      if (known) return known[0] as Buffer
      await connection.query(INSERT_KEY, walletId, userId, Buffer.from(wrapped))
      const [row] = await connection.query(KEY, walletId, userId)
      return row?.[0] as Buffer
    },
    async readUserKey({ walletId, userId }) {
      const [row] = await connection.query(KEY, walletId, userId)
      return row?.[0] as Buffer | undefined
    },
  }
}
