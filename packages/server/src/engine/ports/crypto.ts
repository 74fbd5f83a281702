/**
 * @module The ports to random numbers and hash functions. Neither ever fails.
 */

export interface RandomSource {
  /** @returns base64url of this many cryptographically random bytes */
  text(byteLength: number): string
  /** @returns an integer of 48 cryptographically random bits */
  integer48(): number
}

export interface Hasher {
  /** @returns base64url SHA-256 of the UTF-8 text */
  sha256(text: string): string
  /** Hashes a login id for clients that may only recognize it. @returns SHA-256 of its UTF-8 text, in lower-case hexadecimal */
  hashLoginId(loginId: string): string
  /** Hashes a login id as AMS does. @returns MD5 of its UTF-8 text, in lower-case hexadecimal */
  hashUserLoginId(loginId: string): string
}
