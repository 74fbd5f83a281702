/**
 * @module Requests against their schemas. What is not in a schema is ignored (contract: openapi, introduction).
 */
import { LIMITS } from '@assent/protocol'
import Type, { type Static, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { AssentError } from '../engine/errors.ts'

/** @returns a function that returns the request typed, or throws `PARAM_ILLEGAL` naming the member that does not fit */
export function requestOf<S extends TSchema>(schema: S): (body: object) => Static<S> {
  const compiled = Compile(schema)
  return (body) => {
    if (compiled.Check(body)) return body as Static<S>
    const [first] = compiled.Errors(body)
    const name =
      first?.keyword === 'required'
        ? first.params.requiredProperties.join(', ')
        : first?.instancePath.slice(1)
    throw new AssentError('PARAM_ILLEGAL', { detail: `See: ${name || 'the body'}.` })
  }
}

export const text = (maxLength: number): ReturnType<typeof Type.String> =>
  Type.String({ minLength: 1, maxLength })

export const credential: ReturnType<typeof Type.String> = text(LIMITS.credential)
