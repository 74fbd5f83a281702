/**
 * @module Validates requests against their schemas. Members that are not in a schema are ignored.
 */
import { LIMITS } from '@assent/protocol'
import Type, { type Static, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { AssentError } from '../engine/errors.ts'

/** @returns a function that returns the typed request, or throws `PARAM_ILLEGAL` and names the invalid member */
export function requestOf<S extends TSchema>(schema: S): (body: object) => Static<S> {
  const compiled = Compile(schema)
  return (body) => {
    if (compiled.Check(body)) return body as Static<S>
    const [first] = compiled.Errors(body)
    const name =
      first?.keyword === 'required'
        ? first.params.requiredProperties.join(', ')
        : first?.instancePath.slice(1)
    throw new AssentError('PARAM_ILLEGAL', {
      detail: name ? `The member ${name} is missing or invalid.` : 'The body is invalid.',
    })
  }
}

export const text = (maxLength: number): ReturnType<typeof Type.String> =>
  Type.String({ minLength: 1, maxLength })

export const credential: ReturnType<typeof Type.String> = text(LIMITS.credential)
