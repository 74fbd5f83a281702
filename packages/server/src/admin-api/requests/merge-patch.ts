/**
 * @module JSON Merge Patch.
 * @see [RFC 7396](https://www.rfc-editor.org/rfc/rfc7396.html)
 */
import type { JsonObject } from '../../http/strict-json.ts'

/** Members that are null in the patch are removed. Objects are merged, and everything else is replaced. */
export function mergePatch(document: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(document))
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, isObject(value) ? mergePatch(objectOf(merged.get(name)), value) : value)
  }
  return Object.fromEntries(merged)
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
