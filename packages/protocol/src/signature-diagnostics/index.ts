/**
 * @module Signature diagnostics, for the server and for the browser. Callers supply the cryptographic functions.
 */
export { concatBytes, decodeLatin1, decodeUtf8, encodeUtf8, fromBase64, toHex } from './bytes.ts'
export { type DiagnosticClient, diagnoseSignature } from './diagnose.ts'
export { diagnoseDigest } from './diagnose-digest.ts'
export type {
  Awaitable,
  Diagnosis,
  DiagnosticKey,
  DiagnosticTools,
  RecoveredContent,
} from './diagnosis.ts'
export { readDigestInfo } from './digest-info.ts'
export { type RawRequest, readRawRequest } from './raw-request.ts'
