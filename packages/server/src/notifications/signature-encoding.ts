/**
 * @module Which encoding the signature of a notification has (docs/notifications.md#signature-of-a-notification).
 */
import type { SignatureEncoding } from '@assent/protocol'
import type { Client, Lookup, NotifySettings } from '../engine/registry.ts'
import type { SignatureEncodings } from '../engine/store/signature-encodings.ts'

/** What the webhook tools of the AMS SDKs verify. */
const AMS_ENCODING = 'percent'
/** For a client that has sent no request. */
const DEFAULT_ENCODING = 'base64url'
/** A node repeats an unchanged encoding after this time, because the client may have used another one on another node. */
const REPEAT_INTERVAL_MS = 60_000

/** Configured, given by the format, or used by the client itself: in this order. */
export async function encodingFor(
  { number }: Pick<Client, 'number'>,
  { format, signatureEncoding }: NotifySettings,
  encodings: Pick<SignatureEncodings, 'readSignatureEncoding'>,
): Promise<SignatureEncoding> {
  if (signatureEncoding !== undefined) return signatureEncoding
  if (format === 'ams') return AMS_ENCODING
  return (await encodings.readSignatureEncoding(number)) ?? DEFAULT_ENCODING
}

export type EncodingRecorderOptions = {
  readonly encodings: Pick<SignatureEncodings, 'recordSignatureEncoding'>
  /** The current registration of a client. */
  readonly client: (clientId: string) => Lookup<Client>
  readonly onError: (error: unknown) => void
}

/**
 * Records the encoding of each request of a client, if its notifications depend on it. A node writes only what has changed, and what
 * it has not written for a minute.
 */
export function createEncodingRecorder({
  encodings,
  client,
  onError,
}: EncodingRecorderOptions): (clientId: string, encoding: SignatureEncoding) => void {
  const recorded = new Map<number, { encoding: SignatureEncoding; at: number }>()
  async function record(clientId: string, encoding: SignatureEncoding): Promise<void> {
    const { number, notify } = (await client(clientId)) ?? {}
    if (number === undefined || !dependsOnRequests(notify)) return
    const last = recorded.get(number)
    const now = performance.now()
    if (last?.encoding === encoding && now - last.at < REPEAT_INTERVAL_MS) return
    recorded.set(number, { encoding, at: now })
    try {
      await encodings.recordSignatureEncoding(number, encoding)
    } catch (error) {
      recorded.delete(number)
      throw error
    }
  }
  return (clientId, encoding) => void record(clientId, encoding).catch(onError)
}

function dependsOnRequests(notify: NotifySettings | undefined): boolean {
  return (
    notify?.url !== undefined &&
    notify.format === 'assent' &&
    notify.signatureEncoding === undefined
  )
}
