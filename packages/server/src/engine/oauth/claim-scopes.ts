/**
 * @module The scopes that a request for single claims needs.
 * @see [OpenID Connect Core §5.5](https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter)
 */
import type { UserField } from '@assent/protocol'
import type { MiniProgram, Registry, ScopeEntry } from '../registry.ts'

/**
 * Chooses the narrowest approved scope for each field that the requested scopes do not contain. A field that no approved scope contains
 * is left out: a claim that cannot be given is no error (OpenID Connect Core §5.5.1).
 * @returns the names of the additional scopes
 */
export function scopesForFields(
  { scopes }: Pick<Registry, 'scopes'>,
  miniProgram: Pick<MiniProgram, 'scopes'>,
  fields: readonly UserField[],
  requested: readonly string[],
): readonly string[] {
  const entriesOf = (names: Iterable<string>): readonly ScopeEntry[] =>
    [...names].flatMap((name) => scopes.get(name) ?? [])
  const covered = entriesOf(requested).flatMap((entry) => entry.fields)
  const approved = entriesOf(miniProgram.scopes).toSorted(
    (one, other) => one.fields.length - other.fields.length,
  )
  const missing = fields.filter((field) => !covered.includes(field))
  const chosen = missing.flatMap(
    (field) => approved.find((entry) => entry.fields.includes(field))?.scope ?? [],
  )
  return [...new Set(chosen)]
}
