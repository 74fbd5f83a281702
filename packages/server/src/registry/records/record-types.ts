/**
 * @module The kinds of records that files declare.
 */
import type {
  RecordDocument,
  RecordKey,
  RecordKind,
  Reference,
} from '../../engine/store/registry.ts'
import { MEMBER, ORGANIZATION, PASSKEY, SERVICE_ACCOUNT } from './administration-types.ts'
import { API } from './api.ts'
import { CLIENT } from './client.ts'
import { FILE } from './file.ts'
import { IMAGE } from './image.ts'
import { MINI_PROGRAM } from './mini-program.ts'
import { OAUTH_CLIENT } from './oauth-client.ts'
import type { RecordType } from './record-type.ts'
import { SCOPE } from './scope.ts'
import { WALLET } from './wallet.ts'

/** What others point to comes before them. */
export const DECLARED_TYPES: readonly RecordType[] = [
  IMAGE,
  SCOPE,
  API,
  WALLET,
  ORGANIZATION,
  MEMBER,
  PASSKEY,
  SERVICE_ACCOUNT,
  CLIENT,
  MINI_PROGRAM,
  OAUTH_CLIENT,
  FILE,
]

const BY_KIND: ReadonlyMap<RecordKind, RecordType> = new Map(
  DECLARED_TYPES.map((type) => [type.kind, type]),
)

/** @returns `undefined` for a kind that files do not declare, such as invitations */
export function recordTypeOf(kind: RecordKind): RecordType | undefined {
  return BY_KIND.get(kind)
}

export function referencesOf(
  { kind, id }: RecordKey,
  document: RecordDocument,
): readonly Reference[] {
  return recordTypeOf(kind)?.references(document, id) ?? []
}

/** @example describeRecord({ kind: 'miniProgram', id: 'kopi' }) // 'mini program kopi' */
export function describeRecord({ kind, id }: RecordKey): string {
  return `${recordTypeOf(kind)?.label ?? kind} ${id}`
}
