/**
 * @module The schema of `wallets` and of their themes.
 */
import { getCountries } from 'libphonenumber-js/max'
import Type from 'typebox'
import { closed, displayText, identifier, oneOf, PublicKeysSchema, RELOADABLE } from './fields.ts'

const color = (description: string) =>
  Type.Optional(Type.String({ pattern: '^#[0-9a-fA-F]{6}$', description }))

const ThemeSchema = closed(
  {
    accent: color('The color of links, switches and focus rings on a white background.'),
    accentDark: color('The same color on a black background.'),
    radius: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 28,
        description: 'The radius of corners in pixels. Default 14.',
      }),
    ),
    font: Type.Optional(
      Type.String({
        pattern: "^[A-Za-z0-9 ,'-]{1,120}$",
        description:
          'A list of fonts that are installed on the devices of users. No font is loaded.',
      }),
    ),
    logo: Type.Optional(
      Type.String({
        description:
          'An image file (png, jpg, webp, svg), or a data: URI with one, of at most 8 KB and 2048 × 2048 pixels.',
      }),
    ),
  },
  { description: 'How the consent page and the privacy page look in this wallet.' },
)

export const WalletSchema = closed({
  walletId: identifier(64, 'The Client-Id of the wallet in the wallet API.'),
  name: Type.Optional(displayText(80, 'The name that users see. Default: walletId.')),
  keys: PublicKeysSchema,
  customerBelongsTo: Type.Optional(
    Type.String({ description: 'The name of the wallet in merchant requests. Default: walletId.' }),
  ),
  settingsPath: Type.Optional(
    displayText(
      120,
      'The place in the wallet app where users withdraw consent, as the consent page names it. Default: Privacy.',
    ),
  ),
  origins: Type.Optional(
    Type.Array(Type.String(), {
      description: 'The origins of its web hosts, which may embed the consent page in a frame.',
    }),
  ),
  authorizeUrl: Type.Optional(
    Type.String({
      description: 'The page of the wallet on which a user decides on a prepared request.',
    }),
  ),
  logoutUrl: Type.Optional(
    Type.String({
      description:
        'The page of the wallet that ends the session of a user who logs out at an OAuth client.',
    }),
  ),
  defaultCountry: Type.Optional(
    oneOf(
      getCountries(),
      'The country of phone numbers without a country code in the user directory: ISO 3166-1 alpha-2. Without it, such numbers are not read.',
    ),
  ),
  theme: Type.Optional(ThemeSchema),
})

export const WalletsSchema = Type.Array(WalletSchema, {
  ...RELOADABLE,
  minItems: 1,
  description: 'The wallets whose users this server asks for consent.',
})
