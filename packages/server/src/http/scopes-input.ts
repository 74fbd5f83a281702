/**
 * @module The schema of a scope list, in the forms that `parseScopes` reads.
 * @see docs/mini-programs.md#accepted-spellings
 */
import { CONSENT_DURATIONS, MAX_SCOPES_PER_REQUEST, type ScopesInput } from '@assent/protocol'
import Type from 'typebox'
import { oneOf } from './schema-parts.ts'

const ScopeRequestSchema = Type.Object(
  {
    scope: Type.String({ description: 'The name of the scope.' }),
    required: Type.Optional(
      Type.Boolean({
        description: 'Without this scope the mini program has no use for the code. Default: false.',
      }),
    ),
    lifetime: Type.Optional(
      oneOf(CONSENT_DURATIONS, 'The longest duration that the prompt offers.'),
    ),
  },
  { title: 'ScopeRequest' },
)

/** Names in one text, an object, or a list of both. */
export const scopesInput = (description: string) =>
  Type.Unsafe<ScopesInput>({
    anyOf: [
      Type.String({ description: 'Names, separated by commas.' }),
      ScopeRequestSchema,
      Type.Array(Type.Union([Type.String(), ScopeRequestSchema, Type.Null()]), {
        maxItems: MAX_SCOPES_PER_REQUEST,
      }),
    ],
    description,
  })
