/**
 * @module Users by keyed pseudonyms, where their ids must not be: in the log of erasures, and as testers in documents. Who does not have the
 * key cannot tell whose a pseudonym is.
 * @see docs/decisions/0087-erasures-by-pseudonym.md, docs/decisions/0093-testers-are-pseudonyms.md
 */
import type { RecordIntegrity } from '../engine/ports/record-integrity.ts'
import { type UserRef, userKey } from '../engine/records.ts'
import type { TesterNames } from '../engine/store/testers.ts'
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

export function pseudonymOf(
  integrity: RecordIntegrity,
  { walletId, userId }: UserRef,
  purpose: 'erased-user' | 'tester' = 'erased-user',
): string {
  return Buffer.from(integrity.macOf(purpose, { walletId, userId })).toString('base64url')
}

export function createTesterNames(integrity: RecordIntegrity): TesterNames {
  return {
    testerOf: (user) => `${user.walletId}/tester:${pseudonymOf(integrity, user, 'tester')}`,
  }
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
