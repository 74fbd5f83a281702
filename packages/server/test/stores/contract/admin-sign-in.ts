/**
 * @module Part of the contract of a store: sessions and passkeys of administrators, and rows of them that are edited in the database.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordIntegrity } from '../../../src/crypto/records/record-integrity.ts'
import type { AdminPasskey, AdminSession } from '../../../src/engine/store/admin-sign-in.ts'
import { TEST_RECORD_KEYS } from '../../support/integrity.ts'
import { NOW, type OpenStore, PARALLEL, type StoreUnderTest, times } from '../records.ts'

const SESSION: AdminSession = {
  idHash: 'session-1',
  memberId: 'member-1',
  memberVersion: 3,
  createdAt: NOW,
  lastUsedAt: NOW,
  expiresAt: NOW + 60,
}
const PASSKEY: AdminPasskey = {
  credentialId: 'credential-1',
  memberId: 'member-1',
  publicKey: 'pQECAyY',
  counter: 4,
  createdAt: NOW,
}
const EDITS = [
  `UPDATE admin_sessions SET id_hash = 'session-2'`,
  `UPDATE admin_sessions SET member_id = 'owner'`,
  'UPDATE admin_sessions SET member_version = 4',
  'UPDATE admin_sessions SET created_at = created_at + 1',
  'UPDATE admin_sessions SET last_used_at = last_used_at + 1',
  'UPDATE admin_sessions SET expires_at = expires_at + 1',
  'UPDATE admin_sessions SET mac = NULL',
  `UPDATE admin_passkeys SET credential_id = 'credential-2'`,
  `UPDATE admin_passkeys SET member_id = 'owner'`,
  `UPDATE admin_passkeys SET public_key = 'x'`,
  'UPDATE admin_passkeys SET counter = 0',
  'UPDATE admin_passkeys SET created_at = 0',
  'UPDATE admin_passkeys SET mac = NULL',
]

export function describeAdminSignIn(open: OpenStore): void {
  let store: StoreUnderTest
  let forged: string[]
  beforeEach(async () => {
    forged = []
    store = await open(createRecordIntegrity(TEST_RECORD_KEYS, (kind) => void forged.push(kind)))
  })
  afterEach(() => store.close())

  describe('sessions of administrators', () => {
    it('are read as they were written, until they are dropped or expire', async () => {
      expect(await store.readAdminSession('session-1')).toBeUndefined()
      await store.createAdminSession(SESSION)
      await store.createAdminSession({ ...SESSION, idHash: 'session-2' })
      const used = { ...SESSION, lastUsedAt: NOW + 9 }
      await store.touchAdminSession(used)
      expect(await store.readAdminSession('session-1')).toEqual(used)
      await store.dropAdminSession('session-1')
      await store.touchAdminSession(used)
      expect(await store.readAdminSession('session-1')).toBeUndefined()
      expect(await store.dropExpired(NOW + 59, 10)).toBe(0)
      expect(await store.dropExpired(NOW + 60, 10)).toBe(1)
      expect(await store.readAdminSession('session-2')).toBeUndefined()
    })
  })

  describe('passkeys of administrators', () => {
    it('are added once, and their counter advances once from each value', async () => {
      const added = await times(PARALLEL, (index) =>
        store.addAdminPasskey({ ...PASSKEY, memberId: `member-${index}` }),
      )
      expect(added.filter(Boolean)).toHaveLength(1)
      const known = await store.readAdminPasskey('credential-1')
      expect(known).toMatchObject({ ...PASSKEY, memberId: expect.stringMatching(/^member-/) })
      const next = { ...PASSKEY, ...known, counter: 5 }
      const advanced = await times(PARALLEL, () => store.advanceAdminPasskey(next, 4))
      expect(advanced.filter(Boolean)).toHaveLength(1)
      expect(await store.readAdminPasskey('credential-1')).toEqual(next)
      expect(await store.advanceAdminPasskey({ ...next, credentialId: 'x' }, 5)).toBe(false)
    })
  })

  it('edited rows of administrators permit nothing, and are reported', async () => {
    for (const edit of EDITS) {
      await store.exec('DELETE FROM admin_sessions')
      await store.exec('DELETE FROM admin_passkeys')
      await store.createAdminSession(SESSION)
      await store.addAdminPasskey(PASSKEY)
      await store.exec(edit)
      const found = [
        ...(await times(2, (index) => store.readAdminSession(`session-${index + 1}`))),
        ...(await times(2, (index) => store.readAdminPasskey(`credential-${index + 1}`))),
      ]
      expect([edit, found.filter((one) => one !== undefined)]).toEqual([
        edit,
        [edit.includes('admin_sessions') ? PASSKEY : SESSION],
      ])
    }
    expect(forged.sort()).toEqual(
      EDITS.map((edit) => (edit.includes('sessions') ? 'admin-session' : 'admin-passkey')).sort(),
    )
  })
}
