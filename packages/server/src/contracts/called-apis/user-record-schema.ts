/**
 * @module The schema of a user record, as the HTTP directory of a wallet sends it. It says what should be sent. The reader accepts more
 * spellings, and reads each member on its own.
 * @see docs/wallets.md#user-directory
 */
import Type from 'typebox'
import { string } from '../../http/schema-parts.ts'

const line = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ maxLength, description: `${description} One line.` }))
const flag = (description: string) => Type.Optional(Type.Boolean({ description }))
const text = (description: string) => Type.Optional(string(description))

const MAX_NAME_LENGTH = 256

export const UserRecordSchema = Type.Object(
  {
    walletId: text('That of the request, if at all.'),
    userId: text('That of the request, if at all.'),
    status: Type.String({
      description:
        '`ACTIVE`, `FROZEN` or `INACTIVE`. A user without a status that can be read is not active.',
      examples: ['ACTIVE'],
    }),
    guardianId: Type.Optional(
      Type.String({
        maxLength: 128,
        description: 'The `userId` of the guardian. Makes this user a minor.',
      }),
    ),
    nickName: line(MAX_NAME_LENGTH, 'The nickname.'),
    userName: Type.Optional(
      Type.Object(
        {
          fullName: line(MAX_NAME_LENGTH, 'The whole name.'),
          firstName: line(MAX_NAME_LENGTH, 'The given name.'),
          middleName: line(MAX_NAME_LENGTH, 'The middle name.'),
          lastName: line(MAX_NAME_LENGTH, 'The family name.'),
        },
        { description: 'The parts of the name.' },
      ),
    ),
    avatar: Type.Optional(
      Type.String({
        maxLength: 2048,
        description: 'An https URL of a picture, without user and password.',
      }),
    ),
    gender: text('`MALE`, `FEMALE` or `UNKNOWN`.'),
    birthDate: text('A date such as `1994-05-17`. Send no placeholder for an unknown date.'),
    nationality: text('ISO 3166-1: `PH`, `PHL` or `608`.'),
    mobilePhone: text('A phone number, best in E.164: `+639171234567`.'),
    mobilePhoneVerified: flag('You checked that the number belongs to the user.'),
    email: text('An email address, without a name or quotes.'),
    emailVerified: flag('You checked that the address belongs to the user.'),
    address: Type.Optional(Type.String({ maxLength: 1024, description: 'The postal address.' })),
    shippingAddress: Type.Optional(
      Type.String({ maxLength: 1024, description: 'The address for deliveries.' }),
    ),
    city: line(MAX_NAME_LENGTH, 'The city.'),
    kycStatus: line(64, 'Your status of identity verification.'),
    relayPhone: text('A number of yours that reaches the user.'),
    relayEmail: text('An address of yours that reaches the user.'),
    locale: text('The language of the user: `en-PH`.'),
  },
  {
    title: 'UserRecord',
    description:
      'A user. Leave out what you do not know: nothing is concluded from an absent value. A value that cannot be read is treated as absent. Unknown members are ignored.',
  },
)
