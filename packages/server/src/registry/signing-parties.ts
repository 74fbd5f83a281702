/**
 * @module The parties that sign requests, with the keys that verify their signatures.
 */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import type { DiagnosticClient, DiagnosticTools } from '@assent/protocol/signature-diagnostics'
import { verifyMessage } from '../crypto/message-signature.ts'
import { isPss, recoverDigest, signatureLength } from '../crypto/rsa-digest-recovery.ts'
import type { SigningParty } from '../http/signed-messages/signing-context.ts'
import { isActiveKey, type StoredKey, thumbprintOfKey } from './records/public-keys.ts'

const DEFAULT_REQUEST_TIME_TOLERANCE_SECONDS = 120

/** What documents of clients and wallets say about their signatures. */
type SigningDocument = {
  readonly keys: readonly StoredKey[]
  readonly requestTimeToleranceSeconds?: number | undefined
}

/** A party with the thumbprints of its keys, by keyVersion. */
export type RegisteredParty = SigningParty & { readonly thumbprints: ReadonlyMap<number, string> }

export function toSigningParty(document: SigningDocument): RegisteredParty {
  return {
    thumbprints: new Map(document.keys.map((key) => [key.version, thumbprintOfKey(key)])),
    keys: new Map(
      [...publicKeysOf(document)].map(([version, key]) => [
        version,
        (prefix, body, base64) => verifyMessage(key, prefix, body, base64),
      ]),
    ),
    requestTimeToleranceSeconds: toleranceOf(document),
  }
}

/** The keys and the time tolerance of a client, for signature diagnostics. */
export function toDiagnosticClient(document: SigningDocument): DiagnosticClient {
  return { keys: publicKeysOf(document), toleranceSeconds: toleranceOf(document) }
}

function publicKeysOf({ keys }: SigningDocument): ReadonlyMap<number, KeyObject> {
  const active = keys.filter(isActiveKey)
  return new Map(active.map(({ version, publicKey }) => [version, createPublicKey(publicKey)]))
}

function toleranceOf({ requestTimeToleranceSeconds }: SigningDocument): number {
  return requestTimeToleranceSeconds ?? DEFAULT_REQUEST_TIME_TOLERANCE_SECONDS
}

/** The cryptographic functions that signature diagnostics need. */
export const DIAGNOSTIC_TOOLS: Omit<DiagnosticTools, 'pause'> = {
  sha256: (content) => createHash('sha256').update(content).digest(),
  recover: (key, signature) => recoverDigest(key as KeyObject, signature),
  isPss: (key, content, signature) => isPss(key as KeyObject, content, signature),
  signatureLength: (key) => signatureLength(key as KeyObject),
}
