/**
 * @module The result of the signature diagnostics.
 */

export type Diagnosis = {
  readonly cause: DiagnosisCause
  /** The problem and the remedy. */
  readonly message: string
  /** The first difference between the content that was signed and the content that must be signed, when it is known. Credentials are masked. */
  readonly difference?: {
    /** Offset in bytes from the start of the signed content. */
    readonly at: number
    readonly expected: string
    readonly signed: string
  }
}

export type DiagnosisCause =
  | 'VALID'
  | 'NO_REQUEST'
  | 'CLIENT_UNKNOWN'
  | 'HEADER_MISSING'
  | 'HEADER_MALFORMED'
  | 'SIGNATURE_ENCODING'
  | 'SIGNATURE_LENGTH'
  | 'KEY_VERSION'
  | 'KEY'
  | 'PADDING'
  | 'HASH_ALGORITHM'
  | 'HASHED_TWICE'
  | 'CONTENT'
  | 'CONTENT_UNKNOWN'
  | 'TIME'

export function diagnosis(cause: DiagnosisCause, message: string): Diagnosis {
  return { cause, message }
}

/** A value, or a promise of one: WebCrypto is asynchronous. */
export type Awaitable<T> = T | PromiseLike<T>

/** The cryptographic functions that the diagnosis needs. */
export type DiagnosticTools = {
  readonly sha256: (content: Uint8Array) => Awaitable<Uint8Array>
  readonly recover: (key: DiagnosticKey, signature: Uint8Array) => RecoveredContent
  readonly isPss: (
    key: DiagnosticKey,
    content: Uint8Array,
    signature: Uint8Array,
  ) => Awaitable<boolean>
  readonly signatureLength: (key: DiagnosticKey) => number
  /** Called between parts of a long search. It lets other requests run. */
  readonly pause: () => Promise<void>
}

/** What a public key reveals of a signature. */
export type RecoveredContent =
  | { readonly kind: 'digest'; readonly algorithm: string; readonly digest: Uint8Array }
  | { readonly kind: 'bare'; readonly content: Uint8Array }
  | { readonly kind: 'none' }

/** A public key of the client. The diagnosis only passes it to the tools. */
export type DiagnosticKey = object
