/**
 * @module Where a merchant's server keeps its users' tokens.
 */
import type { Tokens } from '@assent/protocol'

/** By customerId. Implement it on the database that the server has; each promise resolves when it is durable. */
export interface TokenStore {
  get(customerId: string): Promise<Tokens | undefined>
  set(customerId: string, tokens: Tokens): Promise<void>
  delete(customerId: string): Promise<void>
}

/** For tests and demos: gone with the process. */
export function createMemoryTokenStore(): TokenStore {
  const tokens = new Map<string, Tokens>()
  return {
    async get(customerId) {
      return tokens.get(customerId)
    },
    async set(customerId, value) {
      tokens.set(customerId, value)
    },
    async delete(customerId) {
      tokens.delete(customerId)
    },
  }
}
