/**
 * @module Copies members that a document may leave out.
 */

/** @returns the named members, without those that are absent */
export function definedOf<T extends object, K extends keyof T>(
  source: T,
  names: readonly K[],
): { readonly [N in K]?: NonNullable<T[N]> } {
  const entries = names
    .map((name) => [name, source[name]])
    .filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { readonly [N in K]?: NonNullable<T[N]> }
}
