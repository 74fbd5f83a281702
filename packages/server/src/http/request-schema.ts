/**
 * @module Validates request bodies against their schemas. Members that are not in the schema are ignored
 * ([message format](../../../../docs/merchant-api.md#message-format)).
 */
import { LIMITS } from '@assent/protocol'
import Type, { type Static, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { AssentError } from '../engine/errors.ts'

/** Returns the typed request. @throws {AssentError} `PARAM_ILLEGAL` with the name of the invalid member */
export type RequestReader<S extends TSchema> = {
  (body: object): Static<S>
  readonly schema: S
}

export function requestOf<S extends TSchema>(schema: S): RequestReader<S> {
  const compiled = Compile(schema)
  const read = (body: object): Static<S> => {
    if (compiled.Check(body)) return body as Static<S>
    const [first] = compiled.Errors(body)
    const name =
      first?.keyword === 'required'
        ? first.params.requiredProperties.join(', ')
        : first?.instancePath.slice(1)
    throw invalidParameter(name || 'the body')
  }
  return Object.assign(read, { schema })
}

export function invalidParameter(name: string): AssentError {
  return new AssentError('PARAM_ILLEGAL', { detail: `Missing or invalid: ${name}.` })
}

export const text = (maxLength: number, description?: string): ReturnType<typeof Type.String> =>
  Type.String({ minLength: 1, maxLength, ...(description && { description }) })

export const credential = (description: string): ReturnType<typeof Type.String> =>
  text(LIMITS.credential, description)
