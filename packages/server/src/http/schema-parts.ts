/**
 * @module Parts of schemas: of requests and replies, and of the configuration.
 */
import Type, { type Static, type TObjectOptions, type TSchema } from 'typebox'

/** One of the given strings. */
export function oneOf<const V extends readonly string[]>(
  values: V,
  description?: string,
): ReturnType<typeof Type.Unsafe<V[number]>> {
  return Type.Unsafe<V[number]>({
    type: 'string',
    enum: [...values],
    ...(description && { description }),
  })
}

/**
 * An object whose members have any names and values of one schema. `Type.Record` has a pattern for names instead, which names with line
 * breaks do not match, so that their values would not be checked.
 */
export function dictionary<V extends TSchema>(
  value: V,
  options: TObjectOptions = {},
): ReturnType<typeof Type.Unsafe<Record<string, Static<V>>>> {
  return Type.Unsafe({ type: 'object', additionalProperties: value, ...options })
}

/** A text in a reply. */
export const string = (description: string) => Type.String({ description })

/** A time in a reply. */
export const time = (description: string) =>
  Type.String({ format: 'date-time', description: `${description} RFC 3339.` })
