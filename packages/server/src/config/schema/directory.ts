/**
 * @module The schema of `directory` and of the user records that a directory returns.
 */
import Type from 'typebox'
import { closed, oneOf, timeoutSeconds } from './fields.ts'

export const DirectorySchema = Type.Union(
  [
    closed({
      kind: Type.Literal('file'),
      path: Type.String({ description: 'A YAML or JSON file with a list of users.' }),
    }),
    closed({
      kind: Type.Literal('http'),
      url: Type.String({
        description:
          'The URL that receives a signed POST of {walletId, userId} and responds with {user} or status 404.',
      }),
      timeoutSeconds: timeoutSeconds('How long the directory may take to respond. Default 2.'),
    }),
  ],
  { description: 'The source of user data.' },
)

const text = Type.Optional(Type.String())

/** The file that `directory.path` names, and the user in the response of an HTTP directory. */
export const UsersSchema = Type.Object({
  users: Type.Array(
    closed({
      walletId: Type.String(),
      userId: Type.String({ minLength: 1, maxLength: 128 }),
      status: oneOf(['ACTIVE', 'FROZEN', 'INACTIVE']),
      nickName: text,
      userName: Type.Optional(
        closed({ fullName: text, firstName: text, middleName: text, lastName: text }),
      ),
      avatar: text,
      gender: Type.Optional(oneOf(['MALE', 'FEMALE', 'UNKNOWN'])),
      birthDate: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
      nationality: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
      mobilePhone: text,
      email: text,
      address: text,
      shippingAddress: text,
      kycStatus: text,
      city: text,
      relayPhone: text,
      relayEmail: text,
      guardianId: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 128,
          description: 'For a minor: the userId of the guardian, who decides for this user.',
        }),
      ),
      locale: text,
    }),
  ),
})
