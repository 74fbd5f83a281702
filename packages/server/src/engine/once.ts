/**
 * @module Executed once. A request, proof, assertion, prepared request or invitation that its sender has authenticated takes effect once. The
 * record of it is written before its effect, or in the statement of its effect, and is kept until the request itself is no longer accepted.
 * Nothing is recorded for a caller that has proven nothing.
 * @see docs/decisions/0068-requests-are-executed-once.md
 */
import { AssentError } from './errors.ts'
import type { Ports } from './ports/ports.ts'
import type { OnceRecord } from './records.ts'

/**
 * What is used once: a signed request, a DPoP proof, a client assertion, a prepared or pushed authorization request, an initial access token,
 * the sign-in of an administrator.
 * Ids of different kinds never collide.
 */
export type OnceKind = 'request' | 'proof' | 'assertion' | 'answer' | 'invitation' | 'admin-sign-in'

type RecordPorts = { readonly store: Pick<Ports['store'], 'consumeOnce'> }

export function onceRecord(
  { hasher }: Pick<Ports, 'hasher'>,
  kind: OnceKind,
  id: string,
  expiresAt: number,
): OnceRecord {
  return { idHash: hasher.sha256(`${kind} ${id}`), expiresAt }
}

/**
 * Records the use of a value. Of concurrent calls on any number of nodes, one is the first.
 * @returns whether this use is the first
 */
export function recordOnce(
  { store }: RecordPorts,
  { idHash, expiresAt }: OnceRecord,
): Promise<boolean> {
  return store.consumeOnce(idHash, expiresAt)
}

/**
 * Records a request that is about to take effect. Without a record, the caller has another guarantee, and nothing is written.
 * @throws {AssentError} `REQUEST_REPEATED`
 */
export async function requireFirst(
  ports: RecordPorts,
  record: OnceRecord | undefined,
): Promise<void> {
  if (record && !(await recordOnce(ports, record))) throw new AssentError('REQUEST_REPEATED')
}
