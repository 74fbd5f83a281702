/**
 * @module The document in which merchants and wallets find the keys that verify replies and notifications.
 * @see docs/operating.md#rotate-a-key
 */
import { createPublicKey } from 'node:crypto'
import { formatTime } from '@assent/protocol'
import type { KeyInState } from './key-lifecycle.ts'
import type { ReplyKeys } from './key-ring.ts'

/** For how long a key is published after the next one has taken its place. */
const RETIRED_SECONDS = 30 * 86_400

/** The keys that receivers should know: all but those that were retired more than 30 days ago. */
export function publishedReplyKeys(
  keys: Pick<ReplyKeys, 'all'>,
  now: number,
): readonly KeyInState[] {
  return keys
    .all(now)
    .filter(({ retiredAt }) => retiredAt === undefined || now < retiredAt + RETIRED_SECONDS)
}

/** The document at `/.well-known/assent/reply-keys`. Times are RFC 3339. */
export type ReplyKeysDocument = {
  readonly keys: readonly {
    readonly keyVersion: number
    readonly algorithm: 'RSA256'
    /** An X.509 SubjectPublicKeyInfo in base64. */
    readonly publicKey: string
    readonly state: KeyInState['state']
    readonly activeFrom?: string
    readonly retiredAt?: string
  }[]
}

export function replyKeysDocument(keys: readonly KeyInState[]): ReplyKeysDocument {
  return {
    keys: keys.map(({ version, key, state, activeFrom, retiredAt }) => ({
      keyVersion: version,
      algorithm: 'RSA256',
      publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
      state,
      ...(activeFrom !== undefined && { activeFrom: formatTime(activeFrom) }),
      ...(retiredAt !== undefined && { retiredAt: formatTime(retiredAt) }),
    })),
  }
}
