/**
 * @module Records of organizations, members and service accounts. Their ids are not part of their documents.
 */
import {
  type Member,
  memberUpdate,
  type Organization,
  organizationUpdate,
  type Passkey,
  passkeyUpdate,
  type ServiceAccount,
  serviceAccountUpdate,
} from '../../engine/admin/records.ts'
import type { RecordKind } from '../../engine/store/registry.ts'
import {
  MemberSchema,
  OrganizationSchema,
  PasskeySchema,
  ServiceAccountSchema,
} from './administration.ts'
import { defineRecordType, type RecordType } from './record-type.ts'

export const ORGANIZATION: RecordType = defineRecordType<Organization>({
  kind: 'organization',
  label: 'organization',
  schema: OrganizationSchema,
  idMember: '',
  references: (document, id) => organizationUpdate(id, document, 0).references,
})

export const MEMBER: RecordType = defineRecordType<Member>({
  kind: 'member',
  label: 'member',
  schema: MemberSchema,
  idMember: '',
  references: (document, id) => memberUpdate(id, document, 0).references,
})

export const PASSKEY: RecordType = defineRecordType<Passkey>({
  kind: 'passkey',
  label: 'passkey',
  schema: PasskeySchema,
  idMember: '',
  references: (document, id) => passkeyUpdate(id, document, 0).references,
})

export const SERVICE_ACCOUNT: RecordType = defineRecordType<ServiceAccount>({
  kind: 'serviceAccount',
  label: 'service account',
  schema: ServiceAccountSchema,
  idMember: '',
  references: (document, id) => serviceAccountUpdate(id, document, 0).references,
})

type WithId<T> = T & { readonly id: string }

/** A member with the passkeys of its devices. */
export type MemberEntry = WithId<Member> & {
  readonly passkeys?: readonly { readonly credentialId: string; readonly publicKey: string }[]
}

/** The sections of registry.yaml about who administers the platform. A file without one of them says nothing about its records. */
export type AdministrationSections = {
  readonly organizations?: readonly WithId<Organization>[] | undefined
  readonly members?: readonly MemberEntry[] | undefined
  readonly serviceAccounts?: readonly WithId<ServiceAccount>[] | undefined
}

export const ADMINISTRATION_KINDS: Readonly<
  Record<keyof AdministrationSections, readonly RecordKind[]>
> = {
  organizations: ['organization'],
  members: ['member', 'passkey'],
  serviceAccounts: ['serviceAccount'],
}
