/**
 * @module Checks a pasted request with a pasted public key: what must be signed, whether it was, and what was signed instead.
 */
import { parseSignatureHeader, pathOfTarget, signedPrefix } from '@assent/protocol'
import {
  concatBytes,
  type Diagnosis,
  decodeUtf8,
  diagnoseSignature,
  encodeUtf8,
} from '@assent/protocol/signature-diagnostics'
import { readRequest, toBytes } from './pasted-request.ts'
import { readPublicKey } from './public-keys.ts'
import { isValid, WEB_CRYPTO_TOOLS } from './web-crypto-tools.ts'

export type RequestCheck = {
  /** What must be signed, as text. */
  readonly content: string
  readonly contentBytes: number
  /** What WebCrypto says. */
  readonly valid: boolean
  readonly diagnosis: Diagnosis
}

/** Whatever the age of the request. */
const ANY_TIME = { toleranceSeconds: 0 }

/** @throws {RequestTextError | KeyTextError} with a message for the reader */
export async function checkRequest(requestText: string, keyText: string): Promise<RequestCheck> {
  const request = readRequest(requestText)
  const key = await readPublicKey(keyText)
  const header = (name: string): string => request.headers.get(name) ?? ''
  const prefix = signedPrefix(
    pathOfTarget(request.target),
    header('client-id'),
    header('request-time'),
  )
  const content = concatBytes(encodeUtf8(prefix), request.body)
  const signature = parseSignatureHeader(header('signature'))
  const keys = new Map([[signature?.keyVersion ?? 1, key]])
  const diagnosis = await diagnoseSignature(
    toBytes(request),
    () => ({ keys, ...ANY_TIME }),
    WEB_CRYPTO_TOOLS,
    Math.floor(Date.now() / 1000),
  )
  return {
    content: decodeUtf8(content),
    contentBytes: content.length,
    valid: signature !== undefined && (await isValid(key, content, signature.base64)),
    diagnosis,
  }
}
