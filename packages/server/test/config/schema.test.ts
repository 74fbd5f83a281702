/**
 * @module The schema of assent.yaml: the sections that it marks as reloadable, and the generated file.
 */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ConfigSchema, RELOADABLE_SECTIONS } from '../../src/config/schema.ts'

const SHIPPED = new URL('../../dist/assent.schema.json', import.meta.url)

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

it('describes every property', () => {
  const undescribed = Object.entries(propertiesIn(ConfigSchema as Schema)).filter(
    ([, schema]) => schema.description === undefined && schema.properties === undefined,
  )
  expect(undescribed.map(([path]) => path)).toEqual([])
})

type Schema = {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

/** All properties of the schema by their path, those of array items included. */
function propertiesIn({ properties = {}, items }: Schema, path = ''): Record<string, Schema> {
  return Object.assign(
    items ? propertiesIn(items, `${path}[]`) : {},
    ...Object.entries(properties).map(([name, schema]) => ({
      [`${path}/${name}`]: schema,
      ...propertiesIn(schema, `${path}/${name}`),
    })),
  )
}
