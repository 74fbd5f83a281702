/**
 * @module The schema of `scopes` and of the consent durations that users can choose.
 */
import { CONSENT_DURATIONS, USER_FIELDS } from '@assent/protocol'
import Type from 'typebox'
import { byLanguage, closed, displayText, oneOf, RELOADABLE } from './fields.ts'

export const ScopeSchema = closed(
  {
    scope: Type.String({
      pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$',
      description: 'The name of the scope.',
    }),
    implicit: Type.Optional(
      Type.Boolean({
        description: 'Whether the scope is granted without asking the user. Default false.',
      }),
    ),
    sensitivity: Type.Optional(
      oneOf(['basic', 'sensitive', 'restricted'], 'How sensitive the data is. Default basic.'),
    ),
    fields: Type.Optional(
      Type.Array(oneOf(USER_FIELDS), {
        description: 'The fields of the user that the scope permits to read.',
      }),
    ),
    narrowerThan: Type.Optional(
      Type.String({
        description:
          'The broader scope that this one is an alternative to. When a request contains both, the user grants one of them.',
      }),
    ),
    icon: Type.Optional(Type.String({ description: 'The name of an icon of the consent page.' })),
    texts: Type.Optional(
      byLanguage(
        closed({
          title: displayText(80, 'Completes the sentence “… would like to”.'),
          description: displayText(
            200,
            'What the scope gives, shown below the title. Fields that the texts do not name are added to it.',
          ),
        }),
        { description: 'The texts of the consent page, by language.' },
      ),
    ),
  },
  { description: 'Adds a scope, or overrides parts of a standard scope.' },
)

export const ScopesSchema = Type.Array(ScopeSchema, {
  ...RELOADABLE,
  description: 'Scopes that the operator adds or overrides.',
})

const durations = (sensitivity: string) =>
  Type.Optional(
    Type.Array(oneOf(CONSENT_DURATIONS), {
      minItems: 1,
      uniqueItems: true,
      description: `The choices for ${sensitivity} scopes.`,
    }),
  )

export const ConsentDurationsSchema = closed(
  {
    basic: durations('basic'),
    sensitive: durations('sensitive'),
    restricted: durations('restricted'),
  },
  {
    ...RELOADABLE,
    description:
      'The consent durations that users can choose, by the sensitivity of the scope. Default: once, 30 days or until withdrawn; for restricted scopes once or 30 days.',
  },
)
