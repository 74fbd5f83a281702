/**
 * @module The schema of assent.yaml: the sections that it marks as reloadable, the names that it checks, and the generated file.
 */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { isChange } from '../../src/admin-api/row.ts'
import { ADMIN_API } from '../../src/admin-api/table.ts'
import { ConfigSchema, RELOADABLE_SECTIONS } from '../../src/config/schema.ts'
import { RegistryFileSchema } from '../../src/registry/files/sections.ts'

const SHIPPED = new URL('../../dist/assent.schema.json', import.meta.url)

const FILES: readonly (readonly [string, unknown])[] = [
  ['assent.yaml', ConfigSchema],
  ['registry.yaml', RegistryFileSchema],
]

/** Of requests to the admin API. */
const BODIES: readonly (readonly [string, unknown])[] = ADMIN_API.flatMap(({ row }) =>
  isChange(row) && row.body ? [[row.id, row.body]] : [],
)

it('marks the sections that can change without a restart', () => {
  expect([...RELOADABLE_SECTIONS].sort()).toEqual([
    'apis',
    'clients',
    'consentDurations',
    'scopes',
    'wallets',
  ])
})

it('marks reloadable sections with x-reloadable in assent.schema.json', () => {
  const { properties } = JSON.parse(readFileSync(SHIPPED, 'utf8')) as {
    properties: Record<string, Record<string, unknown>>
  }
  const marked = Object.keys(properties).filter((name) => properties[name]?.['x-reloadable'])
  expect(new Set(marked)).toEqual(RELOADABLE_SECTIONS)
})

it.each(FILES)('%s describes every property', (_title, schema) => {
  const undescribed = Object.entries(propertiesIn(schema as Schema)).filter(
    ([, { description }]) => description === undefined,
  )
  expect(undescribed.map(([path]) => path)).toEqual([])
})

/** A value under a name that matches no pattern would not be checked. */
it.each([...FILES, ...BODIES])('%s checks the value under every name', (_title, schema) => {
  const unchecked = nodesIn(schema).filter(
    ({ patternProperties, additionalProperties }) =>
      patternProperties !== undefined && additionalProperties !== false,
  )
  expect(unchecked).toEqual([])
})

/** A larger number would be rounded, or not fit into a column. */
it.each(BODIES)('%s bounds every integer', (_title, schema) => {
  const unbounded = nodesIn(schema).filter(
    ({ type, maximum }) => type === 'integer' && maximum === undefined,
  )
  expect(unbounded).toEqual([])
})

type Node = {
  readonly type?: unknown
  readonly maximum?: number
  readonly patternProperties?: object
  readonly additionalProperties?: unknown
}

/** All objects in a schema. */
function nodesIn(value: unknown): readonly Node[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(nodesIn)]
}

type Schema = {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

/** All properties of the schema by their path, those of array items and alternatives included. */
function propertiesIn(
  { properties = {}, items, anyOf = [] }: Schema,
  path = '',
): Record<string, Schema> {
  return Object.assign(
    items ? propertiesIn(items, `${path}[]`) : {},
    ...anyOf.map((one, index) => propertiesIn(one, `${path}<${index}>`)),
    ...Object.entries(properties).map(([name, schema]) => ({
      [`${path}/${name}`]: schema,
      ...propertiesIn(schema, `${path}/${name}`),
    })),
  )
}
