/**
 * @module The schema of `userInfo` as merchants receive it.
 * @see docs/merchant-api.md#inquiryuserinfo
 */
import Type from 'typebox'
import { oneOf, string } from '../schema-parts.ts'

const CONTACT_TYPES = ['MOBILE_PHONE', 'EMAIL'] as const

const UserNameSchema = Type.Object(
  {
    fullName: Type.Optional(string('The whole name.')),
    firstName: Type.Optional(string('The given name.')),
    middleName: Type.Optional(string('The middle name.')),
    lastName: Type.Optional(string('The family name.')),
  },
  { title: 'UserName', description: 'The parts of the name that the wallet has.' },
)

const LoginIdInfoSchema = Type.Object(
  {
    loginIdType: oneOf(CONTACT_TYPES, 'The kind of the login id.'),
    loginId: Type.Optional(string('The login id.')),
    hashLoginId: Type.Optional(string('Its SHA-256, in lower-case hexadecimal.')),
    maskLoginId: Type.Optional(string('Its mask, which shows at most half of it.')),
  },
  { title: 'LoginIdInfo' },
)

const ContactInfoSchema = Type.Object(
  {
    contactType: oneOf(CONTACT_TYPES, 'The kind of the contact.'),
    contactNo: string('The number or address, or its mask.'),
  },
  { title: 'ContactInfo' },
)

const UserAddressSchema = Type.Object(
  { address1: string('The same address.') },
  { title: 'UserAddress' },
)

/** The content of `extendInfo`, which is sent as a text of JSON. */
export const ExtendInfoSchema = Type.Object(
  {
    shippingAddress: Type.Optional(string('The address for deliveries.')),
    kycStatus: Type.Optional(string("The wallet's status of identity verification.")),
    isOver18: Type.Optional(
      Type.Boolean({
        description: 'The user is 18 or older. Absent when the birth date is not known.',
      }),
    ),
    city: Type.Optional(string('The city.')),
    relayPhone: Type.Optional(string('A number of the wallet that reaches the user.')),
    relayEmail: Type.Optional(string('An address of the wallet that reaches the user.')),
  },
  { title: 'ExtendInfo' },
)

export const UserInfoSchema = Type.Object(
  {
    userId: Type.String({
      maxLength: 64,
      description: 'Your id of the user: stable for one merchant, and different for all others.',
    }),
    status: Type.Optional(
      oneOf(['ACTIVE', 'FROZEN', 'INACTIVE'], "The state of the user's account in the wallet."),
    ),
    nickName: Type.Optional(string('The nickname.')),
    userName: Type.Optional(UserNameSchema),
    avatar: Type.Optional(string('The https URL of a picture.')),
    gender: Type.Optional(oneOf(['MALE', 'FEMALE', 'UNKNOWN'], 'The gender.')),
    birthDate: Type.Optional(string('`yyyy-mm-dd`.')),
    birthday: Type.Optional(string('The same date.')),
    nationality: Type.Optional(string('ISO 3166-1 alpha-2.')),
    loginIdInfos: Type.Optional(Type.Array(LoginIdInfoSchema, { description: 'The login ids.' })),
    contactInfos: Type.Optional(
      Type.Array(ContactInfoSchema, { description: 'Phone numbers and email addresses.' }),
    ),
    address: Type.Optional(string('The postal address.')),
    userAddresses: Type.Optional(
      Type.Array(UserAddressSchema, {
        description: 'The same address, as clients of the family read it.',
      }),
    ),
    extendInfo: Type.Optional(
      Type.String({
        contentMediaType: 'application/json',
        contentSchema: ExtendInfoSchema,
        description: 'A text of JSON: an object with the members of `ExtendInfo`.',
      }),
    ),
  },
  {
    title: 'UserInfo',
    description:
      'The user. A member is present when a granted scope permits it and the wallet knows it. `/docs/apis` of the server says which scope permits which member.',
  },
)
