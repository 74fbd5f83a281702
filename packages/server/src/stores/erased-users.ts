/**
 * @module Users who were erased, by a keyed pseudonym: who does not have the key cannot tell whose it is.
 * @see docs/decisions/0087-erasures-by-pseudonym.md
 */
import type { RecordIntegrity } from '../engine/ports/record-integrity.ts'
import { type UserRef, userKey } from '../engine/records.ts'
import { type AuditQuery, readTable } from './table-pages.ts'

/** Tables that name users, with their primary keys. All have `wallet_id` and `user_id`. */
const TABLES: readonly {
  readonly name: string
  readonly key: readonly string[]
  readonly hasGuardian?: true
}[] = [
  { name: 'grants', key: ['grant_id'] },
  { name: 'subjects', key: ['client_number', 'wallet_id', 'user_id'] },
  { name: 'user_keys', key: ['wallet_id', 'user_id'] },
  { name: 'consent_requests', key: ['id_hash'], hasGuardian: true },
  { name: 'active_prompts', key: ['wallet_id', 'user_id'] },
  { name: 'guardian_requests', key: ['wallet_id', 'user_id', 'app_id'], hasGuardian: true },
  { name: 'privacy_links', key: ['id_hash'] },
]

export function pseudonymOf(integrity: RecordIntegrity, { walletId, userId }: UserRef): string {
  const mac = integrity.macOf('erased-user', { walletId, userId })
  return Buffer.from(mac).toString('base64url')
}

/** Finds the users with these pseudonyms. Reads every row that names a user. */
export async function findByPseudonym(
  source: AuditQuery,
  integrity: RecordIntegrity,
  pseudonyms: readonly string[],
): Promise<readonly UserRef[]> {
  const wanted = new Set(pseudonyms)
  const users = new Map<string, UserRef>()
  for (const { name, key, hasGuardian } of TABLES) {
    const columns = [...key, 'wallet_id', 'user_id', ...(hasGuardian ? ['guardian_id'] : [])]
    for await (const row of readTable(source, { name, columns, keyLength: key.length })) {
      const [walletId, ...userIds] = row.slice(key.length)
      for (const userId of userIds.filter((one) => one !== null)) {
        const user = { walletId: String(walletId), userId: String(userId) }
        users.set(userKey(user), user)
      }
    }
  }
  return [...users.values()].filter((user) => wanted.has(pseudonymOf(integrity, user)))
}
