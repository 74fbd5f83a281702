/**
 * @module Merges the documents of scopes with the standard scopes.
 */
import type { Scope } from '../../config/sections.ts'
import type { ScopeEntry } from '../../engine/registry.ts'
import { STANDARD_SCOPES } from '../../engine/standard-scopes.ts'

/** The standard scopes, with the additions and overrides of the operator. */
export function mergeScopes(documents: Iterable<Scope>): ReadonlyMap<string, ScopeEntry> {
  const scopes = new Map(STANDARD_SCOPES.map((entry) => [entry.scope, entry]))
  for (const { scope, texts, ...own } of documents) {
    const base = scopes.get(scope) ?? {
      implicit: false,
      sensitivity: 'basic',
      fields: [],
      icon: 'circle',
      texts: {},
    }
    scopes.set(scope, { ...base, ...own, scope, texts: { ...base.texts, ...texts } })
  }
  return scopes
}
