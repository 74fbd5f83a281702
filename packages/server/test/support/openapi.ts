/**
 * @module Compares replies of a server with an OpenAPI document.
 */
import { Compile } from 'typebox/compile'

// biome-ignore lint/suspicious/noExplicitAny: the document is JSON
type Json = any

export type Reply = {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/**
 * @param options.isClosed whether a reply may have no members that its schema does not describe
 * @returns a function that says what a reply has that the document does not, as sentences
 */
export function createReplyCheck(
  document: Json,
  { isClosed = false } = {},
): (path: string, method: string, reply: Reply) => readonly string[] {
  const compiled = new Map<string, ReturnType<typeof Compile>>()
  const validatorOf = (schema: Json) => {
    const source = JSON.stringify(schema)
    const known = compiled.get(source) ?? Compile(standalone(schema, document, isClosed))
    compiled.set(source, known)
    return known
  }
  const resolve = (one: Json) =>
    one?.$ref ? document.components.responses[one.$ref.split('/').at(-1)] : one

  return (path, method, { status, headers, body }) => {
    const name = `${method} ${path}`
    const response = resolve(document.paths[path]?.[method.toLowerCase()]?.responses[status])
    if (!response) return [`${name} replies with the undocumented status ${status}.`]
    const type = headers.get('content-type')?.split(';')[0]
    if (!response.content) return body === undefined ? [] : [`${name} ${status} has a body.`]
    const media = response.content[type ?? '']
    if (!media) return [`${name} ${status} has the undocumented type ${type}.`]
    const validator = validatorOf(media.schema)
    const isValid = validator.Check(body)
    return isValid
      ? []
      : validator
          .Errors(body)
          .slice(0, 3)
          .map(({ instancePath, message }) => `${name} ${status}: ${instancePath} ${message}`)
  }
}

/** Members that the schema does not describe are errors. @returns a function that says what a value has that a schema of the document does not describe, as sentences */
export function createValueCheck(
  document: Json,
  schema: Json,
): (value: unknown) => readonly string[] {
  const validator = Compile(standalone(schema, document, true))
  return (value) =>
    validator.Check(value)
      ? []
      : validator.Errors(value).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** Headers that every HTTP client sends. */
const GENERIC_HEADERS = [
  'accept',
  'accept-encoding',
  'accept-language',
  'connection',
  'content-length',
  'host',
  'sec-fetch-mode',
  'transfer-encoding',
  'user-agent',
]

/** The headers of a request that mean something. */
export function ownHeaders(headers: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !GENERIC_HEADERS.includes(name)),
  )
}

const COMPONENT = /#\/components\/schemas\/(\w+)/g

/** A schema with the components that it refers to. @param isClosed whether members that it does not describe are errors */
function standalone(schema: Json, document: Json, isClosed: boolean): Json {
  const names = new Set<string>()
  const visit = (text: string): void => {
    for (const [, name = ''] of text.matchAll(COMPONENT)) {
      if (names.has(name)) continue
      names.add(name)
      visit(JSON.stringify(document.components.schemas[name]))
    }
  }
  visit(JSON.stringify(schema))
  const $defs = Object.fromEntries(
    [...names].map((name) => [name, document.components.schemas[name]]),
  )
  const text = JSON.stringify({ ...schema, $defs }).replaceAll(COMPONENT, '#/$defs/$1')
  return JSON.parse(text, (_name, value) =>
    isClosed && value?.type === 'object' && value.properties
      ? { additionalProperties: false, ...value }
      : value,
  )
}
