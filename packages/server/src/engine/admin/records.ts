/**
 * @module The records of organizations, their members, invitations and service accounts in the registry.
 */
import type { PublicJwk } from '../registry.ts'
import type { RecordUpdate, RegistryRecord } from '../store/registry.ts'
import type { Role } from './roles.ts'

/** Who may write these records: the admin API and `assent apply`. */
const OWNER = 'registry'

export type Organization = {
  readonly name: string
  /** ISO 3166-1 alpha-2 */
  readonly country?: string
  readonly contact?: string
  readonly state: 'active' | 'suspended'
}

/**
 * A person with a role in an organization.
 *
 * - `passkey`: came by an invitation, and signs in with a passkey whose user handle is the id of the record
 * - `oidc`: signs in at the platform's identity provider, whose groups give the role
 */
export type MemberIdentity =
  | { readonly method: 'passkey' }
  | { readonly method: 'oidc'; readonly issuer: string; readonly subject: string }

export type Member = {
  readonly organization: string
  readonly role: Role
  readonly name: string
  readonly state: 'active' | 'suspended'
  readonly identity: MemberIdentity
}

/** The public key of a passkey. Its id is the id of the credential, in base64url. The member that it is for may have been removed. */
export type Passkey = {
  readonly memberId: string
  /** The COSE public key, base64url. */
  readonly publicKey: string
}

/** An invitation is found by the hash of its token, which is its id. */
export type Invitation = {
  readonly organization: string
  readonly role: Role
  /** The name of the invited person, as the inviter writes it. */
  readonly name: string
  readonly expiresAt: number
  readonly invitedBy: string
}

/** A program that calls the admin API with client credentials. Its id is its `client_id`. */
export type ServiceAccount = {
  readonly organization: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly state: 'active' | 'suspended'
  /** Its public keys (RFC 7517). */
  readonly jwks: readonly PublicJwk[]
}

/** A record whose document has passed the schema of its kind. */
export type Typed<T> = Pick<RegistryRecord, 'id' | 'version'> & { readonly document: T }

/** The store keeps only documents that have passed the schema of their kind, under a MAC. */
export function typed<T>(record: RegistryRecord): Typed<T> {
  return { id: record.id, version: record.version, document: record.document as T }
}

/** Names the person behind a member record. @example 'oidc https://id.wallet.example 42' */
export function identityOf(memberId: string, { identity }: Pick<Member, 'identity'>): string {
  return identity.method === 'oidc'
    ? `oidc ${identity.issuer} ${identity.subject}`
    : `passkey ${memberId}`
}

/** One person is one member of an organization. */
export function membershipOf(organization: string, identity: string): string {
  return `${organization} ${identity}`
}

/** @param follows the version of the record; 0 for a new one */
export function memberUpdate(id: string, member: Member, follows: number): RecordUpdate {
  return {
    kind: 'member',
    id,
    follows,
    owner: OWNER,
    document: member,
    references: [
      {
        name: 'membership',
        value: membershipOf(member.organization, identityOf(id, member)),
        rule: 'unique',
      },
      { name: 'organization', value: member.organization, rule: 'exists' },
      { name: 'memberRole', value: `${member.organization} ${member.role}` },
    ],
  }
}

export function passkeyUpdate(id: string, passkey: Passkey, follows: number): RecordUpdate {
  return {
    kind: 'passkey',
    id,
    follows,
    owner: OWNER,
    document: passkey,
    references: [{ name: 'member', value: passkey.memberId }],
  }
}

export function invitationUpdate(id: string, invitation: Invitation): RecordUpdate {
  return {
    kind: 'invitation',
    id,
    follows: 0,
    owner: OWNER,
    document: invitation,
    references: [{ name: 'organization', value: invitation.organization, rule: 'exists' }],
  }
}

export function organizationUpdate(
  id: string,
  organization: Organization,
  follows: number,
): RecordUpdate {
  return {
    kind: 'organization',
    id,
    follows,
    owner: OWNER,
    document: organization,
    references: [],
  }
}

export function serviceAccountUpdate(
  id: string,
  account: ServiceAccount,
  follows: number,
): RecordUpdate {
  return {
    kind: 'serviceAccount',
    id,
    follows,
    owner: OWNER,
    document: account,
    references: [{ name: 'organization', value: account.organization, rule: 'exists' }],
  }
}

/** A removal. */
export function removalOf(kind: RecordUpdate['kind'], id: string, follows: number): RecordUpdate {
  return { kind, id, follows, owner: OWNER, references: [] }
}
