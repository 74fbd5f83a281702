/**
 * @module The components of the OpenAPI document: each schema with a title is written once.
 */
import type { TSchema } from 'typebox'

export type Json = Readonly<Record<string, unknown>>

export type Components = {
  /** A reference to a schema with a title, or the schema itself. */
  refer(schema: TSchema): Json
  schemas(): Json
}

export function createComponents(): Components {
  const schemas = new Map<string, Json>()
  const sources = new Map<string, string>()

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve)
    if (typeof value !== 'object' || value === null) return value
    const { title } = value as { readonly title?: unknown }
    return typeof title === 'string' && 'type' in value
      ? refer(value as TSchema)
      : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolve(one)]))
  }

  function refer(schema: TSchema): Json {
    const { title, ...members } = schema as TSchema & { readonly title?: string }
    if (title === undefined) return resolve(members) as Json
    const source = JSON.stringify(schema)
    const known = sources.get(title)
    if (known !== undefined && known !== source)
      throw new Error(`Two different schemas have the title ${title}.`)
    if (known === undefined) {
      sources.set(title, source)
      const resolved = Object.entries(members).map(([name, one]) => [name, resolve(one)])
      schemas.set(title, { title, ...Object.fromEntries(resolved) })
    }
    return { $ref: `#/components/schemas/${title}` }
  }

  return {
    refer,
    schemas: () => Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}
