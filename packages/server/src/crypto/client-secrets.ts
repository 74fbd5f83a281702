/**
 * @module Secrets of OAuth clients: made here, shown once, and kept as keyed hashes. They are random, so a slow hash would protect nothing more.
 */
import { hash, timingSafeEqual } from 'node:crypto'
import { randomBytes } from './random-bytes.ts'

const SECRET_BYTES = 32

export function makeSecret(): string {
  return `cs_${randomBytes(SECRET_BYTES).toString('base64url')}`
}

/** SHA-256 of key and secret, of which the one has a fixed length. @returns base64url */
export function hashSecret(key: Buffer, secret: string): string {
  return hash('sha256', Buffer.concat([key, Buffer.from(secret)]), 'base64url')
}

/** In a time that says nothing about the texts but their lengths. */
export function isSameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
