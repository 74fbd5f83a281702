/**
 * @module The headers of a request that the platform signs: a notification to a client, or a call to the user directory.
 * @see docs/merchant-api.md#requests-of-the-platform
 */
import {
  formatSignatureHeader,
  formatTime,
  type SignatureEncoding,
  signedPrefix,
} from '@assent/protocol'
import type { MessageSigner } from './ports/message-signer.ts'

export type OutgoingRequest = {
  /** The request target with its query string. */
  readonly path: string
  /** The value of `client-id`. */
  readonly clientId: string
  readonly encoding: SignatureEncoding
  readonly body: string
}

/** @param now the time of sending, in epoch seconds */
export async function signedHeaders(
  signer: MessageSigner,
  { path, clientId, encoding, body }: OutgoingRequest,
  now: number,
): Promise<Readonly<Record<string, string>>> {
  const time = formatTime(now)
  const { keyVersion, base64 } = await signer.sign(signedPrefix(path, clientId, time), body)
  return {
    'content-type': 'application/json; charset=UTF-8',
    'client-id': clientId,
    'request-time': time,
    signature: formatSignatureHeader(keyVersion, base64, encoding),
  }
}
