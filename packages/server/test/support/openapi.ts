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

/** @returns a function that says what a reply has that the document does not, as sentences */
export function createReplyCheck(
  document: Json,
): (path: string, method: string, reply: Reply) => readonly string[] {
  const text = JSON.stringify(document.components.schemas).replaceAll(
    '#/components/schemas/',
    '#/$defs/',
  )
  const $defs = JSON.parse(text)
  const compiled = new Map<string, ReturnType<typeof Compile>>()
  const validatorOf = (schema: Json) => {
    const source = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/')
    const known = compiled.get(source) ?? Compile({ ...JSON.parse(source), $defs })
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
