/**
 * @module The schema of user records: in the file of a file directory, and in the response of an HTTP directory.
 */
import Type, { type TSchema } from 'typebox'

function strictObject<P extends Record<string, TSchema>>(
  properties: P,
): ReturnType<typeof Type.Object<P>> {
  return Type.Object(properties, { additionalProperties: false })
}

const text = Type.Optional(Type.String())

/** The file that `directory.path` names, and the user in the response of an HTTP directory. */
export const UsersSchema = Type.Object({
  users: Type.Array(
    strictObject({
      walletId: Type.String(),
      userId: Type.String({ minLength: 1, maxLength: 128 }),
      status: Type.Enum(['ACTIVE', 'FROZEN', 'INACTIVE']),
      nickName: text,
      userName: Type.Optional(
        strictObject({ fullName: text, firstName: text, middleName: text, lastName: text }),
      ),
      avatar: text,
      gender: Type.Optional(Type.Enum(['MALE', 'FEMALE', 'UNKNOWN'])),
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
