/**
 * @module Resolves the embedded store of the product to the one of this folder. A module hook of Node.js.
 * @see https://nodejs.org/api/module.html#resolvespecifier-context-nextresolve
 */
import type { ResolveHook } from 'node:module'

const STORE = '/packages/server/dist/stores/sqlite/store.js'
const REPLACEMENT = new URL('./store.js', import.meta.url).href

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const resolved = await nextResolve(specifier, context)
  const isReplaced = resolved.url.endsWith(STORE) && context.parentURL !== REPLACEMENT
  return isReplaced ? { ...resolved, url: REPLACEMENT } : resolved
}
