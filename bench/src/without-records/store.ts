/**
 * @module The embedded store of the product without the records of executed requests: every request is the first one.
 */
import { openSqliteStore as open } from '../../../packages/server/dist/stores/sqlite/store.js'
import type { StoreHandle } from '../../../packages/server/dist/stores/store-handle.js'

export function openSqliteStore(...parameters: Parameters<typeof open>): StoreHandle {
  const store = open(...parameters)
  return {
    ...store,
    redeemCode: (authorization) => store.redeemCode(authorization),
    rotateRefresh: (authorizationId, generation, now) =>
      store.rotateRefresh(authorizationId, generation, now),
    consumeOnce: async () => true,
  }
}
