/**
 * @module Storage of tokens: the interface that a merchant's server implements, and one implementation in memory.
 */
import type { Tokens } from '@assent/protocol'

/**
 * Stores tokens by `customerId`. Implement it on the database of the server. Each promise resolves once the change is
 * durable: the client uses new tokens only then.
 *
 * @example
 * ```ts
 * import type { Tokens, TokenStore } from '@assent/merchant'
 *
 * export function createTokenStore(database: {
 *   read(key: string): Promise<string | undefined>
 *   write(key: string, value: string): Promise<void>
 *   remove(key: string): Promise<void>
 * }): TokenStore {
 *   return {
 *     async get(customerId) {
 *       const row = await database.read(customerId)
 *       return row === undefined ? undefined : (JSON.parse(row) as Tokens)
 *     },
 *     set: (customerId, tokens) => database.write(customerId, JSON.stringify(tokens)),
 *     delete: (customerId) => database.remove(customerId),
 *   }
 * }
 * ```
 * @see docs/merchants.md
 */
export interface TokenStore {
  /** The latest tokens of a customer, or `undefined`. */
  get(customerId: string): Promise<Tokens | undefined>
  /** Replaces the tokens of a customer. */
  set(customerId: string, tokens: Tokens): Promise<void>
  /** Deletes the tokens of a customer. Resolves as well when there are none. */
  delete(customerId: string): Promise<void>
}

/**
 * A token store in memory, for tests and demos. Its tokens are lost when the process ends.
 *
 * @example
 * ```ts
 * import { createMemoryTokenStore } from '@assent/merchant'
 *
 * const tokenStore = createMemoryTokenStore()
 * await tokenStore.get('customer-1') // undefined
 * ```
 * @see docs/merchants.md
 */
export function createMemoryTokenStore(): TokenStore {
  const tokensByCustomer = new Map<string, Tokens>()
  return {
    async get(customerId) {
      return tokensByCustomer.get(customerId)
    },
    async set(customerId, tokens) {
      tokensByCustomer.set(customerId, tokens)
    },
    async delete(customerId) {
      tokensByCustomer.delete(customerId)
    },
  }
}
