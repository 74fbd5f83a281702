/**
 * @module Hashes and randomness for the engine.
 */
import { createHash } from 'node:crypto'
import type { Hasher, RandomSource } from '../engine/ports.ts'
import { randomBytes } from './random-bytes.ts'

export const hasher: Hasher = {
  sha256: (text) => createHash('sha256').update(text).digest('base64url'),
  hashLoginId: (loginId) => createHash('sha256').update(loginId).digest('hex'),
  // MD5 is what AMS clients compare with (contract: openapi §4). It protects nothing here.
  hashUserLoginId: (loginId) => createHash('md5').update(loginId).digest('hex'),
}

export const random: RandomSource = {
  text: (byteLength) => randomBytes(byteLength).toString('base64url'),
  integer48: () => randomBytes(6).readUIntBE(0, 6),
}
