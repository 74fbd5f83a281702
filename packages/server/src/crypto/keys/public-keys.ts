/**
 * @module Reads public keys from the configuration: the path of a PEM file, PEM text, or base64 of X.509 SPKI.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const MIN_RSA_BITS = 2048

/**
 * @param folder the folder in which relative paths start
 * @throws {Error} whose message is a predicate about the key, also when it is a private key
 */
export function readPublicKey(text: string, folder: string): KeyObject {
  const pem = toPem(text.trim(), folder)
  if (pem.includes('PRIVATE KEY')) {
    throw new Error(
      'is a private key: configure the public key, and keep the private key on the server that signs',
    )
  }
  const key = parseSpki(pem)
  if (key.asymmetricKeyType !== 'rsa')
    throw new Error(`must be an RSA key, but is of type ${key.asymmetricKeyType}`)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < MIN_RSA_BITS)
    throw new Error(`must have at least ${MIN_RSA_BITS} bits, but has ${bits}`)
  return key
}

function parseSpki(pem: string): KeyObject {
  try {
    return createPublicKey(pem)
  } catch (cause) {
    throw new Error('must be the path of a PEM file, PEM text, or base64 of an X.509 public key', {
      cause,
    })
  }
}

function toPem(text: string, folder: string): string {
  if (text.includes('-----BEGIN')) return text
  const path = resolve(folder, text)
  if (text.length < 1024 && existsSync(path)) return readFileSync(path, 'utf8')
  const lines = text.replaceAll(/\s+/g, '').match(/.{1,64}/g) ?? []
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n')
}
