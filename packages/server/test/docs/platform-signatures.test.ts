/**
 * @module The vectors of docs/platform-signatures.md are what the platform sends, and verify with the tools that the page names.
 */
import { createPublicKey, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { signedHeaders } from '../../src/engine/signed-request.ts'
import { acceptedBy, type FamilyVerifier, type SignedMessage } from '../support/family-verifiers.ts'
import { readVectorKey, readVectors, type Vector } from './platform-signatures.ts'

const key = readVectorKey()
const publicKey = createPublicKey(key)
const { publicKeys, vectors } = readVectors()

/** The tools that verify each encoding. */
const ACCEPTED_BY: Readonly<Record<Vector['encoding'], readonly FamilyVerifier[]>> = {
  percent: ['Go SDK', 'Python SDK', 'PHP SDK', 'Java SDK', 'Java SDK, earlier'],
  base64: ['PHP SDK', 'Laravel middleware'],
  base64url: ['Java SDK', 'Laravel middleware'],
}

const signer = {
  sign: async (prefix: string, body: string) => ({
    keyVersion: 1,
    base64: sign('sha256', Buffer.from(prefix + body), key).toString('base64'),
  }),
}

function messageOf({ path, clientId, requestTime, signature, body }: Vector): SignedMessage {
  return { path, body, headers: { 'client-id': clientId, 'request-time': requestTime, signature } }
}

describe('the vectors', () => {
  it('have one of each encoding, and the public key of version 1', () => {
    expect(new Set(vectors.map(({ encoding }) => encoding))).toEqual(
      new Set(['percent', 'base64', 'base64url']),
    )
    const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    expect(publicKeys).toEqual({ 1: spki })
  })

  it.each(vectors)('$message ($encoding): this is what the platform sends', async (vector) => {
    const { path, clientId, encoding, body, requestTime, signature } = vector
    const now = Date.parse(requestTime) / 1000
    const headers = await signedHeaders(signer, { path, clientId, encoding, body }, now)
    expect(headers).toMatchObject({
      'client-id': clientId,
      'request-time': requestTime,
      signature,
    })
  })

  it.each(vectors)('$message ($encoding): verifies with the tools for it', (vector) => {
    const message = messageOf(vector)
    expect(acceptedBy(publicKey, message)).toEqual(ACCEPTED_BY[vector.encoding])
    expect(acceptedBy(publicKey, { ...message, body: `${message.body} ` })).toEqual([])
  })
})
