/**
 * @module The port to the signature encoding that each client used last. Notifications to the client use it, on every node.
 */
import type { SignatureEncoding } from '@assent/protocol'

export interface SignatureEncodings {
  /** @returns `undefined` when the client has sent no signed request */
  readSignatureEncoding(clientNumber: number): Promise<SignatureEncoding | undefined>
  recordSignatureEncoding(clientNumber: number, encoding: SignatureEncoding): Promise<void>
}
