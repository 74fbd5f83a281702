/**
 * @module The port to the platform's key that signs replies, notifications and calls to the user directory.
 */

export type MessageSignature = {
  /** The version of the key that signed. */
  readonly keyVersion: number
  /** SHA256withRSA over prefix and body, in base64. */
  readonly base64: string
}

export interface MessageSigner {
  /** Signs with the current key. @param prefix the signed content up to the body */
  sign(prefix: string, body: string): Promise<MessageSignature>
}
