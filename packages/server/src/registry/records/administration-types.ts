/**
 * @module Records of organizations, members and service accounts. Their ids are not part of their documents.
 */
import {
  type Member,
  memberUpdate,
  type Organization,
  organizationUpdate,
  type ServiceAccount,
  serviceAccountUpdate,
} from '../../engine/admin/records.ts'
import type { RecordKind } from '../../engine/store/registry.ts'
import { MemberSchema, OrganizationSchema, ServiceAccountSchema } from './administration.ts'
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

export const SERVICE_ACCOUNT: RecordType = defineRecordType<ServiceAccount>({
  kind: 'serviceAccount',
  label: 'service account',
  schema: ServiceAccountSchema,
  idMember: '',
  references: (document, id) => serviceAccountUpdate(id, document, 0).references,
})

type WithId<T> = T & { readonly id: string }

/** The sections of registry.yaml about who administers the platform. A file without one of them says nothing about its records. */
export type AdministrationSections = {
  readonly organizations?: readonly WithId<Organization>[] | undefined
  readonly members?: readonly WithId<Member>[] | undefined
  readonly serviceAccounts?: readonly WithId<ServiceAccount>[] | undefined
}

export const ADMINISTRATION_KINDS = {
  organizations: 'organization',
  members: 'member',
  serviceAccounts: 'serviceAccount',
} as const satisfies Record<keyof AdministrationSections, RecordKind>
