/**
 * @module Hashes and randomness for the engine.
 */
import { hash } from 'node:crypto'
import type { Hasher, RandomSource } from '../engine/ports/crypto.ts'
import { randomBytes } from './random-bytes.ts'

export const hasher: Hasher = {
  sha256: (text) => hash('sha256', text, 'base64url'),
  hashLoginId: (loginId) => hash('sha256', loginId, 'hex'),
  // MD5 is what AMS clients compare with (contract: openapi §4). It protects nothing here.
  hashUserLoginId: (loginId) => hash('md5', loginId, 'hex'),
}

export const random: RandomSource = {
  text: (byteLength) => randomBytes(byteLength).toString('base64url'),
  integer48: () => randomBytes(6).readUIntBE(0, 6),
}
