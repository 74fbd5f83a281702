/**
 * @module Canonical JSON, so that equal documents have equal hashes.
 * @see [RFC 8785](https://www.rfc-editor.org/rfc/rfc8785.html)
 */

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json | undefined }

/**
 * Serializes a value without white space, with strings and numbers as in ECMAScript and names sorted by UTF-16 code units.
 * @see [RFC 8785 §3.2](https://www.rfc-editor.org/rfc/rfc8785.html#section-3.2)
 */
export function canonicalJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] as Json)}`)
  return `{${members.join(',')}}`
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
