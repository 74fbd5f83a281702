/**
 * @module Resolves one module of the product to another one, which may import the original. A module hook of Node.js.
 * @see https://nodejs.org/api/module.html#resolvespecifier-context-nextresolve
 */
import type { InitializeHook, ResolveHook } from 'node:module'

export type ReplacedModule = {
  /** The end of the URL of the original, such as `/packages/server/dist/stores/sqlite/store.js`. */
  readonly original: string
  /** The URL of the replacement. */
  readonly replacement: string
}

let replaced: ReplacedModule

export const initialize: InitializeHook<ReplacedModule> = (data) => {
  replaced = data
}

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const resolved = await nextResolve(specifier, context)
  const { original, replacement } = replaced
  const isReplaced = resolved.url.endsWith(original) && context.parentURL !== replacement
  return isReplaced ? { ...resolved, url: replacement } : resolved
}
