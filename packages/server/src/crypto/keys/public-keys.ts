/**
 * @module Public keys as an operator writes them: a PEM file's path, PEM, or base64 of X.509 SPKI (contract: openapi §1).
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

export const MINIMUM_RSA_BITS = 2048

/**
 * @param folder what a relative path is relative to
 * @throws {Error} saying what is wrong with it; a private key is refused, whatever it is for
 */
export function readPublicKey(text: string, folder: string): KeyObject {
  const pem = toPem(text.trim(), folder)
  if (pem.includes('PRIVATE KEY')) {
    throw new Error('is a private key: keep it where it is and give the public key')
  }
  const key = parseSpki(pem)
  if (key.asymmetricKeyType !== 'rsa')
    throw new Error(`is of type ${key.asymmetricKeyType}, not RSA`)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < MINIMUM_RSA_BITS)
    throw new Error(`has ${bits} bits, at least ${MINIMUM_RSA_BITS} are needed`)
  return key
}

function parseSpki(pem: string): KeyObject {
  try {
    return createPublicKey(pem)
  } catch (cause) {
    throw new Error('is neither a PEM file, PEM nor base64 of an X.509 public key', { cause })
  }
}

function toPem(text: string, folder: string): string {
  if (text.includes('-----BEGIN')) return text
  const path = resolve(folder, text)
  if (text.length < 1024 && existsSync(path)) return readFileSync(path, 'utf8')
  const lines = text.replaceAll(/\s+/g, '').match(/.{1,64}/g) ?? []
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n')
}
