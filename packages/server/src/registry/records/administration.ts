/**
 * @module The schemas of the records of the administration: organizations, members, invitations, service accounts and approvals.
 */
import Type, { type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { closed, dictionary, oneOf } from '../../config/schema/fields.ts'
import { ADMIN_OPERATIONS } from '../../engine/admin/operations.ts'
import { MERCHANT_ROLES, PLATFORM_ROLES } from '../../engine/admin/roles.ts'
import type { RecordKind, RecordUpdate } from '../../engine/store/registry.ts'

const MAX_NAME_LENGTH = 200

export const organizationId = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,63}$',
  description: 'The id of the organization. platform: who runs this server.',
})
const role = oneOf(
  [...new Set([...PLATFORM_ROLES, ...MERCHANT_ROLES])],
  'What it may do: see the table of roles.',
)
const state = oneOf(['active', 'suspended'], 'suspended: may do nothing.')
const name = Type.String({
  minLength: 1,
  maxLength: MAX_NAME_LENGTH,
  description: 'The name that administrators see.',
})
const actor = Type.String({ minLength: 1, maxLength: 512 })
const time = Type.Integer({ minimum: 0, description: 'Epoch seconds.' })

export const OrganizationSchema = closed({
  name,
  country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1.' })),
  contact: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 320,
      description: 'Where to reach it, such as an email address.',
    }),
  ),
  state,
})

export const MemberSchema = closed({
  organization: organizationId,
  role,
  name,
  state,
  identity: Type.Union(
    [
      closed({ method: Type.Literal('passkey', { description: 'Signs in with a passkey.' }) }),
      closed({
        method: Type.Literal('oidc', { description: 'Signs in at the identity provider.' }),
        issuer: Type.String({
          minLength: 1,
          maxLength: 1024,
          description: 'The issuer of the identity provider.',
        }),
        subject: Type.String({
          minLength: 1,
          maxLength: 255,
          description: 'The `sub` of the person there.',
        }),
      }),
    ],
    { description: 'How the member signs in.' },
  ),
})

const base64url = (maxLength: number, description: string) =>
  Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength, description })

export const credentialId = base64url(1400, 'The id of the credential, in base64url.')

export const PasskeySchema = closed({
  memberId: Type.String({ minLength: 1, maxLength: 128 }),
  publicKey: base64url(2048, 'The COSE public key, in base64url.'),
})

export const InvitationSchema = closed({
  organization: organizationId,
  role,
  name,
  expiresAt: time,
  invitedBy: actor,
})

export const ServiceAccountSchema = closed({
  organization: organizationId,
  name,
  roles: Type.Array(role, {
    minItems: 1,
    uniqueItems: true,
    description: 'Its tokens have these roles, or fewer.',
  }),
  state,
  jwks: Type.Array(dictionary(Type.Unknown()), {
    minItems: 1,
    maxItems: 8,
    description: 'Its public keys, as JWK. The private keys stay with the program.',
  }),
})

export const ApprovalSchema = closed({
  operation: oneOf(ADMIN_OPERATIONS),
  organization: organizationId,
  request: dictionary(Type.Unknown()),
  reason: Type.String({ minLength: 1, maxLength: 1000 }),
  requestedBy: actor,
  requesterIdentity: Type.String({ minLength: 1, maxLength: 1400 }),
  requestedAt: time,
  expiresAt: time,
  state: oneOf(['pending', 'approved', 'declined']),
  decidedBy: Type.Optional(actor),
  decidedAt: Type.Optional(time),
})

const VALIDATORS = new Map<RecordKind, ReturnType<typeof Compile<TSchema>>>([
  ['organization', Compile(OrganizationSchema as TSchema)],
  ['member', Compile(MemberSchema as TSchema)],
  ['passkey', Compile(PasskeySchema as TSchema)],
  ['invitation', Compile(InvitationSchema as TSchema)],
  ['serviceAccount', Compile(ServiceAccountSchema as TSchema)],
  ['approval', Compile(ApprovalSchema as TSchema)],
])

/**
 * Refuses records that are no records of the administration, so that who reads one need not check it again.
 * @throws {TypeError} with the name of the invalid member: the caller is wrong
 */
export function assertAdministration(updates: readonly RecordUpdate[]): void {
  for (const { kind, id, document } of updates) {
    const validator = VALIDATORS.get(kind)
    if (!validator || document === undefined || validator.Check(document)) continue
    const [first] = validator.Errors(document)
    throw new TypeError(
      `The ${kind} ${id} is invalid: ${first?.instancePath || 'the document'} ${first?.message}.`,
    )
  }
}
