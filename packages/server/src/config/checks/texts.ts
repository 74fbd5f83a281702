/**
 * @module Checks every text of a file that users read. The schema marks these texts.
 * @see docs/configuration.md#texts-that-users-read
 */
import { normalizeText, problemOfText } from '../../engine/texts/display-text.ts'
import { DISPLAY_TEXT_KEYWORD } from '../schema/fields.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

/** The parts of a JSON Schema that say what members a value has. */
export type SchemaNode = {
  readonly [DISPLAY_TEXT_KEYWORD]?: number
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
  readonly items?: SchemaNode
}

type Path = readonly (string | number)[]

export function checkTexts(
  { value, addIssue }: YamlFile<unknown>,
  schema: SchemaNode,
): readonly ConfigIssue[] {
  const issues: ConfigIssue[] = []
  mapTexts(schema, value, (text, maxCharacters, path) => {
    const problem = problemOfText(text, maxCharacters)
    if (problem !== undefined) issues.push(addIssue(path, problem))
    return text
  })
  return issues
}

/** The same content with its texts as they are shown and signed. */
export function normalizeTexts<T>(content: T, schema: SchemaNode): T {
  return mapTexts(schema, content, normalizeText) as T
}

type MapText = (text: string, maxCharacters: number, path: Path) => string

function mapTexts(schema: SchemaNode, value: unknown, map: MapText, path: Path = []): unknown {
  const maxCharacters = schema[DISPLAY_TEXT_KEYWORD]
  if (maxCharacters !== undefined && typeof value === 'string')
    return map(value, maxCharacters, path)
  if (Array.isArray(value))
    return value.map((item, index) => mapTexts(schema.items ?? {}, item, map, [...path, index]))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      mapTexts(memberSchema(schema, name), member, map, [...path, name]),
    ]),
  )
}

/** What a schema says about a member. A union, such as that of directories, says nothing: it has no texts. */
export function memberSchema(schema: SchemaNode, name: string): SchemaNode {
  return schema.properties?.[name] ?? otherMembers(schema)
}

/** What a schema says about members that it does not name. */
function otherMembers({ patternProperties = {}, additionalProperties }: SchemaNode): SchemaNode {
  const [byPattern] = Object.values(patternProperties)
  return byPattern ?? (typeof additionalProperties === 'object' ? additionalProperties : {})
}
