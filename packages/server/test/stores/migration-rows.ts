/**
 * @module Rows of the schema before migration 0006.
 */
import type { Grant } from '../../src/engine/records.ts'
import { NOW } from './records.ts'

export const AUTHORIZATION_ID = '6b49d200000102030405060708090a0b'

export const GRANTED: Grant['granted'] = {
  auth_user: {
    grantedAt: NOW,
    since: 3,
    sheetHash: 'h',
    lifetime: '30d',
    expiresAt: NOW + 9,
    fields: ['nickName'],
    purpose: '1',
  },
}

/** As earlier versions wrote it: `at` first; only a time in the oldest rows; one scope that is also named `at`. */
const OLD_DENIED = {
  USER_NAME: { at: NOW, times: 2, withdrawnAt: NOW - 5 },
  at: { at: NOW + 1, times: 1 },
  USER_EMAIL: NOW + 2,
}

const OLD_REDIRECT = {
  uri: 'https://shop.example/back',
  state: '"askedAt":1',
  oauth: {
    requestId: 'r',
    clientId: 'dc_1',
    challenge: 'c',
    askedAt: NOW,
    expiresAt: NOW + 600,
    grant: { grantId: 7, action: 'merge' },
  },
}

const OLD_CLIENT = {
  clientId: 'dc_1',
  appId: 'app',
  auth: { method: 'tls_client_auth', sanDns: 'shop.example' },
  grantTypes: ['authorization_code'],
  redirectUris: ['https://shop.example/back?auth=origins'],
  origins: ['https://shop.example'],
  jwks: [{ kty: 'OKP', crv: 'Ed25519', x: 'AA' }],
  resources: ['https://api.example'],
  serves: ['https://api.example'],
  platformScopes: ['events'],
  requirePushedRequests: true,
  requireSignedRequests: false,
  requireDpop: true,
  accessTokenFormat: 'jwt',
}

/** Inserts rows into every table, as the earlier version wrote them. @param bytes a literal in the dialect of the store */
export function oldRows(bytes: (hex: string) => string): string {
  const json = (value: unknown): string => `'${JSON.stringify(value)}'`
  const eventAt = Date.now()
  const event = (id: string, state: string): string =>
    `INSERT INTO events (event_id, client_number, subject, app_id, kind, scopes, reason, at, state, due_at)
     VALUES ('${id}', 1, 's-${id}', 'app', 'AUTHORIZATION_WITHDRAWN', 'a b', 'USER', ${eventAt}, '${state}', 0)`
  return [
    `INSERT INTO clients (client_id) VALUES ('shop')`,
    `INSERT INTO clients (client_id) VALUES ('other')`,
    `INSERT INTO scope_sets (scopes) VALUES ('a b')`,
    `INSERT INTO subjects VALUES (1, 'w', 'u', 'subject-1', ${NOW})`,
    `INSERT INTO grants (grant_id, wallet_id, user_id, app_id, client_number, subject, epoch, void_before, held, refused)
     VALUES (7, 'w', 'u', 'app', 1, 'subject-1', 3, 2, ${json(GRANTED)}, ${json(OLD_DENIED)})`,
    `INSERT INTO consent_requests (id_hash, wallet_id, user_id, app_id, asked, not_entitled, sheet, sheet_hash, binding, redirect,
       expires_at, outcome, completed_at, page_instance, guardian_id)
     VALUES ('full', 'w', 'u', 'app', '["a","b"]', '["c"]', '{"askedAt":1}', 'sheet-hash', 'verifier-hash', ${json(OLD_REDIRECT)},
       ${NOW + 600}, 'granted', ${NOW + 1}, 'page', 'parent')`,
    `INSERT INTO consent_requests (id_hash, wallet_id, user_id, app_id, asked, not_entitled, sheet, sheet_hash, expires_at)
     VALUES ('minimal', 'w', 'u', 'app', '[]', '[]', '{}', 'sheet-hash', ${NOW + 600})`,
    `INSERT INTO open_sheets VALUES ('w', 'u', 'minimal', ${NOW})`,
    `INSERT INTO authorizations VALUES (${bytes(AUTHORIZATION_ID)}, 7, 3, 1, 1, 2, ${NOW}, ${NOW + 1}, ${NOW + 1000}, NULL)`,
    `INSERT INTO revocations (kind, id, epoch, void_before, at) VALUES ('grant', '7', 2, 2, ${NOW})`,
    `INSERT INTO revocations (kind, id, at) VALUES ('authorization', '${AUTHORIZATION_ID}', ${NOW + 1})`,
    `INSERT INTO revocations (kind, id, void_until, at) VALUES ('client', 'shop', ${NOW - 7}, ${NOW + 2})`,
    event('pollable', 'held'),
    event('undelivered', 'dead'),
    event('waiting', 'pending'),
    `INSERT INTO reading_kinds (kind) VALUES ('inquiryUserInfo userId avatar')`,
    `INSERT INTO readings VALUES (7, ${NOW}, 1, 1, 2)`,
    `INSERT INTO parked_questions VALUES ('w', 'child', 'app', 'parent', '[{"scope":"a","required":true}]', ${NOW})`,
    `INSERT INTO page_links VALUES ('link', 'w', 'u', 'ar', ${NOW + 60})`,
    `INSERT INTO user_keys VALUES ('w', 'u', ${bytes('00ff07')})`,
    `INSERT INTO receipts VALUES ('r-1', 'w', 7, ${NOW}, 'granted', 'a.b.c', 1, 'hash-1')`,
    `INSERT INTO receipts VALUES ('r-2', 'w', 7, ${NOW + 1}, 'withdrawn', 'd.e.f', NULL, NULL)`,
    `INSERT INTO chain_heads VALUES ('w', 1, 'hash-1')`,
    `INSERT INTO taken VALUES ('used', ${NOW + 60})`,
    `INSERT INTO registered_clients VALUES ('dc_1', ${json(OLD_CLIENT)}, 'token-hash', 4, ${NOW})`,
  ].join(';\n')
}
