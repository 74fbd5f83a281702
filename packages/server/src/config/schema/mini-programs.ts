/**
 * @module The schema of `clients[].miniPrograms`.
 */
import Type from 'typebox'
import { byLanguage, closed, dictionary, displayText, identifier, oneOf } from './fields.ts'

export const MiniProgramSchema = closed({
  appId: identifier(32, 'The ID of the mini program, at most 32 characters.'),
  name: displayText(40, 'The name that users see.'),
  icon: Type.Optional(
    Type.String({
      description:
        'A square image: a file (png, jpg, webp, svg) or a data: URI of at most 256 KB and 2048 × 2048 pixels, or an https URL. The consent page loads no URL, and shows the first letter of the name instead.',
    }),
  ),
  domains: Type.Array(Type.String(), {
    description: 'The exact origins of its pages, such as https://shop.example.',
  }),
  scopes: Type.Array(Type.String(), {
    minItems: 1,
    description: 'The scopes that it may request.',
  }),
  state: Type.Optional(
    oneOf(
      ['ACTIVE', 'SUSPENDED'],
      'A suspended mini program receives no data and no codes. Default ACTIVE.',
    ),
  ),
  verified: Type.Optional(
    Type.Boolean({
      description:
        'Whether the operator has verified its owner. While false, only its testers can use it, without restricted scopes. Default false.',
    }),
  ),
  testers: Type.Optional(
    Type.Array(Type.String({ pattern: '^[^/]+/.+$' }), {
      maxItems: 100,
      description: 'The users who can use it before it is verified, each as WALLET/USER.',
    }),
  ),
  purposes: Type.Optional(
    dictionary(byLanguage(displayText(140, 'The purpose.')), {
      description:
        'Why it requests each scope, in every language. When the English text changes, users are asked for consent again.',
    }),
  ),
  recipients: Type.Optional(
    Type.Array(displayText(80, 'The name of a recipient.'), {
      maxItems: 10,
      description: 'Who receives the data besides the merchant.',
    }),
  ),
  policyUrl: Type.Optional(Type.String({ description: 'The https URL of its privacy policy.' })),
  termsUrl: Type.Optional(Type.String({ description: 'The https URL of its terms of service.' })),
  retention: Type.Optional(
    displayText(200, 'How long the merchant keeps the data. Part of consent receipts.'),
  ),
  storageLocation: Type.Optional(
    displayText(200, 'Where the merchant keeps the data. Part of consent receipts.'),
  ),
})
