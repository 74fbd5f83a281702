/**
 * @module Storage of tokens: the interface that a merchant's server implements, and one implementation in memory.
 */
import type { Tokens } from '@assent/protocol'

/**
 * One user of one mini program: the key of stored tokens. All mini programs of a merchant share the `customerId` of a user,
 * and each has tokens of its own.
 *
 * @example
 * ```ts
 * import type { Customer, Notification } from '@assent/merchant'
 *
 * export function customerOf({ appId, userId }: Notification): Customer | undefined {
 *   return appId && userId ? { appId, customerId: userId } : undefined
 * }
 * ```
 * @see docs/merchants.md
 */
export type Customer = {
  /** The id of the mini program. */
  readonly appId: string
  /** The pairwise id of the user, as `applyToken` returned it. */
  readonly customerId: string
}

/**
 * Stores the tokens of each {@link Customer}. Implement it on the database of the server, with compare and set, so that the
 * processes of a server never overwrite newer tokens. Tokens are the same when their `refreshToken` is. Each promise
 * resolves once the change is durable: the client uses new tokens only then.
 *
 * @example
 * ```ts
 * import type { Customer, Tokens, TokenStore } from '@assent/merchant'
 *
 * const rows = new Map<string, Tokens>()
 * const keyOf = ({ appId, customerId }: Customer) => `${appId} ${customerId}`
 * const isStored = (customer: Customer, expected: Tokens | undefined) =>
 *   rows.get(keyOf(customer))?.refreshToken === expected?.refreshToken
 *
 * export const tokenStore: TokenStore = {
 *   get: async (customer) => rows.get(keyOf(customer)),
 *   async set(customer, next, expected) {
 *     if (!isStored(customer, expected)) return false
 *     rows.set(keyOf(customer), next)
 *     return true
 *   },
 *   delete: async (customer, expected) => isStored(customer, expected) && rows.delete(keyOf(customer)),
 * }
 * ```
 * @see docs/token-stores.md for complete stores on PostgreSQL and Redis
 */
export interface TokenStore {
  /** The latest tokens of a customer, or `undefined`. Read from the primary, not from a replica. */
  get(customer: Customer): Promise<Tokens | undefined>
  /**
   * Stores `next` if the stored tokens are still `expected`, in one atomic step.
   * @param expected the tokens that `get` returned; `undefined`: there were none
   * @returns whether `next` was stored
   */
  set(customer: Customer, next: Tokens, expected: Tokens | undefined): Promise<boolean>
  /**
   * Deletes the stored tokens if they are still `expected`, in one atomic step.
   * @returns whether they were deleted
   */
  delete(customer: Customer, expected: Tokens): Promise<boolean>
}

/**
 * A token store in memory, for tests and demos. Its tokens are lost when the process ends.
 *
 * @example
 * ```ts
 * import { createMemoryTokenStore } from '@assent/merchant'
 *
 * const tokenStore = createMemoryTokenStore()
 * await tokenStore.get({ appId: '3300000000000001', customerId: 'customer-1' }) // undefined
 * ```
 * @see docs/token-stores.md
 */
export function createMemoryTokenStore(): TokenStore {
  const stored = new Map<string, Tokens>()

  function isStored(key: string, expected: Tokens | undefined): boolean {
    return stored.get(key)?.refreshToken === expected?.refreshToken
  }

  return {
    async get(customer) {
      return stored.get(keyOf(customer))
    },
    async set(customer, next, expected) {
      const key = keyOf(customer)
      if (!isStored(key, expected)) return false
      stored.set(key, next)
      return true
    },
    async delete(customer, expected) {
      const key = keyOf(customer)
      return isStored(key, expected) && stored.delete(key)
    },
  }
}

/** Ids may contain any separator, so they are quoted. */
function keyOf({ appId, customerId }: Customer): string {
  return JSON.stringify([appId, customerId])
}
