/**
 * @module Secrets of OAuth clients. They are shown once and stored as keyed hashes. A secret is 32 random bytes, so a slow password
 * hash would not add protection.
 */
import { hash, timingSafeEqual } from 'node:crypto'
import { randomBytes } from './random.ts'

const SECRET_BYTES = 32

export function makeSecret(): string {
  return `cs_${randomBytes(SECRET_BYTES).toString('base64url')}`
}

/** SHA-256 of key and secret. The key has a fixed length, so the concatenation is unambiguous. @returns base64url */
export function hashSecret(key: Buffer, secret: string): string {
  return hash('sha256', Buffer.concat([key, Buffer.from(secret)]), 'base64url')
}

/** Compares in constant time. Only the lengths of the texts influence the time. */
export function isSameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
