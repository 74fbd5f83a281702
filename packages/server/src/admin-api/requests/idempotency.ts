/**
 * @module Repeated requests: the same `Idempotency-Key` gets the reply of the first request, for 24 hours.
 * @see docs/admin-api.md#repeated-requests
 */
import { AdminError } from '../../engine/admin/admin-error.ts'
import { actorOf, type Principal } from '../../engine/admin/principal.ts'
import { canonicalJson, type Json } from '../../engine/canonical-json.ts'
import type { Hasher } from '../../engine/ports/crypto.ts'
import type { AdminRequestStore } from '../../engine/store/admin-requests.ts'
import type { CallInput } from '../call.ts'
import type { Outcome } from '../execute.ts'

export const IDEMPOTENCY_SECONDS = 86_400

type Ports = { readonly store: AdminRequestStore; readonly hasher: Hasher }

export type IdempotentRequest = {
  readonly key: string
  readonly principal: Principal
  readonly rowId: string
  readonly input: CallInput
}

export type IdempotentOutcome = Outcome & { readonly isRepeated?: true }

/**
 * Runs a request once. One that fails frees its key.
 * @throws {AdminError} `key-reused`, `in-progress`
 */
export async function runOnce(
  { store, hasher }: Ports,
  { key, principal, rowId, input }: IdempotentRequest,
  now: number,
  run: () => Promise<Outcome>,
): Promise<IdempotentOutcome> {
  const idHash = hasher.sha256(`${actorOf(principal)}\n${key}`)
  const { params, query, body } = input
  // The body can name a user. With the random key, which is not stored, nobody can find the user by trying ids.
  const requestHash = hasher.sha256(canonicalJson({ key, rowId, params, query, body } as Json))
  const earlier = await store.claimAdminRequest({
    idHash,
    requestHash,
    claimedAt: now,
    expiresAt: now + IDEMPOTENCY_SECONDS,
  })
  if (earlier) return repeatedOutcome(earlier.requestHash === requestHash, earlier.reply)
  try {
    const outcome = await run()
    await store.completeAdminRequest(idHash, JSON.stringify(withoutSecrets(outcome)))
    return outcome
  } catch (error) {
    if (error instanceof AdminError) await store.releaseAdminRequest(idHash)
    throw error
  }
}

function repeatedOutcome(isSame: boolean, reply: string | undefined): IdempotentOutcome {
  if (!isSame)
    throw new AdminError(
      'key-reused',
      'This Idempotency-Key belongs to another request. Use a new one.',
    )
  if (reply === undefined)
    throw new AdminError(
      'in-progress',
      'The first request with this Idempotency-Key has no reply yet.',
    )
  return { ...(JSON.parse(reply) as Outcome), isRepeated: true }
}

function withoutSecrets({ body = {}, secrets = [], ...outcome }: Outcome): Outcome {
  const shown = Object.entries(body).filter(([name]) => !secrets.includes(name))
  return { ...outcome, body: Object.fromEntries(shown) }
}
