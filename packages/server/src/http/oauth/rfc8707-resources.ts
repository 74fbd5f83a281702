/**
 * @module Resource indicators: the resource servers for which a client requests tokens.
 * @see [RFC 8707](https://www.rfc-editor.org/rfc/rfc8707.html)
 */
import type { FormParameters } from './form-parameters.ts'

/** `undefined` for this server alone, which is the default. */
export function readResources(form: FormParameters, issuer: string): readonly string[] | undefined {
  const others = form.resources?.filter((one) => one !== issuer)
  return others && others.length > 0 ? others : undefined
}
