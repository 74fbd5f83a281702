/**
 * @module The hash functions of the engine.
 */
import { hash } from 'node:crypto'
import type { Hasher } from '../engine/ports/crypto.ts'

export const hasher: Hasher = {
  sha256: (text) => hash('sha256', text, 'base64url'),
  hashLoginId: (loginId) => hash('sha256', loginId, 'hex'),
  // AMS clients compare MD5 hashes of login IDs (docs/merchant-api.md#hashed-login-ids). No security depends on it.
  hashUserLoginId: (loginId) => hash('md5', loginId, 'hex'),
}
