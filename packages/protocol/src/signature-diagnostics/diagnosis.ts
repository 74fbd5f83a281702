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

/** The cryptographic functions that the diagnosis needs. */
export type DiagnosticTools = {
  readonly sha256: (content: Buffer) => Buffer
  readonly recover: (key: DiagnosticKey, signature: Buffer) => RecoveredContent
  readonly isPss: (key: DiagnosticKey, content: Buffer, signature: Buffer) => boolean
  readonly signatureLength: (key: DiagnosticKey) => number
  /** Called between parts of a long search. It lets other requests run. */
  readonly pause: () => Promise<void>
}

type RecoveredContent =
  | { readonly kind: 'digest'; readonly algorithm: string; readonly digest: Buffer }
  | { readonly kind: 'bare'; readonly content: Buffer }
  | { readonly kind: 'none' }

/** A public key of the client. The diagnosis only passes it to the tools. */
export type DiagnosticKey = object
