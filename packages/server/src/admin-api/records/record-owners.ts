/**
 * @module Whose records are whose: the organization of each record, by the client that it belongs to.
 */
import type { Principal } from '../../engine/admin/principal.ts'
import { PLATFORM_ORGANIZATION } from '../../engine/admin/roles.ts'
import type {
  RecordDocument,
  RecordKey,
  RecordKind,
  RegistryStore,
} from '../../engine/store/registry.ts'

/** Who writes over this API. */
export const API_OWNER = 'registry'

/** Of a client without an organization: a merchant that only the platform manages. */
export const NO_ORGANIZATION = ''

/** How messages name another record: `describeRecord` and its owner. */
const OTHER_RECORD = /\b(?:client|wallet|mini program|OAuth client|API|scope) \S+ \(owner: [^)]*\)/g

/** A merchant does not learn which records others have. */
export function messageFor(
  { organization }: Pick<Principal, 'organization'>,
  text: string,
): string {
  return organization === PLATFORM_ORGANIZATION
    ? text
    : text.replaceAll(OTHER_RECORD, 'another record')
}

type ReadStore = Pick<RegistryStore, 'readRecord'>

/** The member of a document that names the client of the record. */
const CLIENT_MEMBERS: Partial<Readonly<Record<RecordKind, string>>> = {
  miniProgram: 'clientId',
  oauthClient: 'merchantId',
}

const OF_ORGANIZATION: ReadonlySet<RecordKind> = new Set<RecordKind>([
  'client',
  'member',
  'invitation',
  'serviceAccount',
  'approval',
])

export async function organizationOf(
  store: ReadStore,
  { kind, id }: RecordKey,
  document: RecordDocument,
): Promise<string> {
  if (kind === 'organization') return id
  if (OF_ORGANIZATION.has(kind)) return String(document['organization'] ?? NO_ORGANIZATION)
  if (kind === 'passkey') {
    const owner = await store.readRecord('member', String(document['memberId']))
    return String(owner?.document['organization'] ?? NO_ORGANIZATION)
  }
  const member = CLIENT_MEMBERS[kind]
  return member === undefined
    ? PLATFORM_ORGANIZATION
    : organizationOfClient(store, String(document[member]))
}

/** @returns `NO_ORGANIZATION` also for a client that does not exist */
export async function organizationOfClient(store: ReadStore, clientId: string): Promise<string> {
  const client = await store.readRecord('client', clientId)
  return String(client?.document['organization'] ?? NO_ORGANIZATION)
}
