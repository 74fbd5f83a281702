/**
 * @module The schema of a consent prompt, as a wallet that draws it itself receives it.
 * @see docs/consent.md#consent-prompt-rules
 */
import { CONSENT_DURATIONS } from '@assent/protocol'
import Type from 'typebox'
import { oneOf, string } from '../schema-parts.ts'

const SheetScopeSchema = Type.Object(
  {
    scope: string('The scope.'),
    title: string('The access in plain language. It completes “… would like to …”.'),
    description: string('The exact data.'),
    purpose: Type.Optional(
      Type.Object(
        {
          text: string('Why the mini program needs it.'),
          version: string('Changes with the purpose.'),
        },
        { description: 'Why the mini program needs the scope.' },
      ),
    ),
    required: Type.Boolean({ description: 'The row has no switch.' }),
    fields: Type.Array(Type.String(), { description: 'The user fields that the scope permits.' }),
    insteadOf: Type.Optional(
      string('The scope on the same prompt that this narrower one can replace.'),
    ),
  },
  { title: 'SheetScope', description: 'A row of the prompt.' },
)

export const SheetSchema = Type.Object(
  {
    version: Type.Literal(2),
    notice: string('The version of the texts around the scopes.'),
    locale: string('The language of the prompt.'),
    miniProgram: Type.Object(
      {
        appId: string('Its id.'),
        name: string('Its name.'),
        icon: string('The URL of its icon. Empty if it has none.'),
        verified: Type.Boolean({ description: 'The wallet has verified who the merchant is.' }),
      },
      { description: 'The mini program.' },
    ),
    merchant: Type.Object(
      {
        clientId: string('Its client id.'),
        name: string('Its legal name.'),
        country: Type.Optional(string('ISO 3166-1 alpha-2.')),
      },
      { description: 'The merchant.' },
    ),
    wallet: Type.Object(
      {
        name: string('The name of the wallet.'),
        settingsPath: string('Where users find the page of authorized mini programs.'),
      },
      { description: 'The wallet.' },
    ),
    forMinor: Type.Optional(
      Type.Boolean({ description: 'The user is a minor, and the guardian decides.' }),
    ),
    unverifiedApp: Type.Optional(
      Type.Object(
        {
          redirectHost: string('Where the answer goes: a host, or a private-use scheme.'),
        },
        {
          description:
            'Nobody knows which application asks. The prompt must say so, and show `redirectHost`.',
        },
      ),
    ),
    scopes: Type.Array(SheetScopeSchema, { description: 'The rows in their order.' }),
    lifetimes: Type.Array(oneOf(CONSENT_DURATIONS), {
      description: 'The durations to choose from, shortest first.',
    }),
    lifetime: oneOf(CONSENT_DURATIONS, 'The preselected duration.'),
    recipients: Type.Array(Type.String(), { description: 'Other recipients of the data.' }),
    policyUrl: Type.Optional(string('The privacy policy.')),
    termsUrl: Type.Optional(string('The terms of use.')),
  },
  {
    title: 'Sheet',
    description:
      "The consent prompt: everything that the user is shown, except the user's own data.",
  },
)
