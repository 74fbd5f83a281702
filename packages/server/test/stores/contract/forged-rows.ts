/**
 * @module Part of the contract of a store: rows that are edited or added in the database permit nothing, and are reported.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordIntegrity } from '../../../src/crypto/records/record-integrity.ts'
import type { Grant } from '../../../src/engine/records.ts'
import { TEST_RECORD_KEYS } from '../../support/integrity.ts'
import {
  actionOf,
  eventOf,
  grantOf,
  NOW,
  type OpenStore,
  PROMPT,
  registeredClientOf,
  requestOf,
  type StoreUnderTest,
} from '../records.ts'

const USER = { walletId: 'w', userId: 'u' }
const GRANTED: Grant['granted'] = {
  a: {
    grantedAt: NOW,
    since: 1,
    sheetHash: 'h',
    lifetime: '30d',
    expiresAt: NOW + 60,
    fields: ['x'],
  },
}
const NO_AUTHORIZATION = '00'.repeat(16)

/** One edit of a row in each member of a record that is stored with a MAC. */
const EDITS: Readonly<Record<string, readonly string[]>> = {
  grants: [
    'grant_id = 99',
    `wallet_id = 'w2'`,
    `user_id = 'other'`,
    `app_id = 'other'`,
    'client_number = 2',
    `subject = 'subject-2'`,
    'epoch = 7',
    'epoch = 0',
    `granted_scopes = replace(granted_scopes, '"a"', '"b"')`,
    `granted_scopes = replace(granted_scopes, '["x"]', '["x","y"]')`,
    `granted_scopes = replace(granted_scopes, '"since":1', '"since":0')`,
    `granted_scopes = replace(granted_scopes, '${NOW + 60}', '${NOW + 999_999}')`,
    `granted_scopes = replace(granted_scopes, ',"expiresAt":${NOW + 60}', '')`,
    `granted_scopes = '{'`,
    `denied_scopes = '{"z":{"deniedAt":1,"times":0}}'`,
    `last_receipt_id = 'r-9'`,
    'mac = NULL',
  ],
  consent_requests: [
    `id_hash = 'hash-2'`,
    `wallet_id = 'w2'`,
    `user_id = 'other'`,
    `app_id = 'other'`,
    `requested_scopes = '["a","b","c"]'`,
    `unapproved_scopes = '[]'`,
    `prompt = '{}'`,
    `prompt_hash = 'x'`,
    `code_challenge = 'x'`,
    `redirect = '{"uri":"https://evil.example"}'`,
    `expires_at = expires_at + 600`,
    `page_instance = 'x'`,
    `guardian_id = 'x'`,
    'mac = NULL',
  ],
  privacy_links: [
    `id_hash = 'link-2'`,
    `wallet_id = 'w2'`,
    `user_id = 'other'`,
    `locale = 'en'`,
    `expires_at = expires_at + 600`,
    'mac = NULL',
  ],
  registered_clients: [
    `client = replace(client, 'shop.example', 'evil.example')`,
    `token_hash = 'x'`,
    'registered_at = 1',
    'version = 2',
    'mac = NULL',
  ],
  events: [
    `event_id = 'event-2'`,
    'client_number = 2',
    `subject = 'other'`,
    `app_id = 'other'`,
    `type = 'AUTHORIZATION_GRANTED'`,
    `scopes = 'a b'`,
    `reason = 'MERCHANT'`,
    'mac = NULL',
  ],
}

/** The column that the rows of an edit are found by. */
const KEYS: Readonly<Record<string, string>> = {
  grants: 'grant_id',
  consent_requests: 'id_hash',
  privacy_links: 'id_hash',
  registered_clients: 'client_id',
  events: 'event_id',
}

export function describeForgedRows(open: OpenStore): void {
  let store: StoreUnderTest
  let forged: string[]
  beforeEach(async () => {
    forged = []
    store = await open(createRecordIntegrity(TEST_RECORD_KEYS, (kind) => void forged.push(kind)))
  })
  afterEach(() => store.close())

  /** Writes one row of each table for a user. @returns the keys of the rows */
  async function writeRows(name: string, grantId: number): Promise<typeof KEYS> {
    const user = { walletId: 'w', userId: name }
    const grant = await store.openGrant(grantOf({ grantId, user, subject: `subject-${name}` }))
    const event = eventOf({ eventId: `event-${name}`, subject: grant.subject })
    const next = { ...grant, epoch: 1, granted: GRANTED, lastReceiptId: 'r-1' }
    expect(await store.replaceGrant(next, false, { event })).toBeTruthy()
    await store.createConsentRequest(requestOf({ idHash: `hash-${name}`, user }), PROMPT)
    await store.createPrivacyLink(`link-${name}`, { user, expiresAt: NOW + 60 })
    const registered = registeredClientOf()
    const client = { ...registered.client, clientId: `dc_${name}` }
    await store.replaceRegisteredClient({ ...registered, client })
    return {
      grants: `${grantId}`,
      consent_requests: `'hash-${name}'`,
      privacy_links: `'link-${name}'`,
      registered_clients: `'dc_${name}'`,
      events: `'event-${name}'`,
    }
  }

  /** How much each table permits, by the ids that the rows had and that an edit gives them. */
  async function readRows(name: string, grantId: number): Promise<Record<string, number>> {
    const count = async (...values: readonly Promise<unknown>[]): Promise<number> =>
      (await Promise.all(values)).flat().filter((one) => one !== undefined).length
    const users = [name, 'other'].flatMap((userId) =>
      ['w', 'w2'].map((walletId) => ({ walletId, userId })),
    )
    const ids = (kind: string): readonly string[] => [`${kind}-${name}`, `${kind}-2`]
    return {
      grants: await count(
        ...users.flatMap((user) => [
          store.listGrants(user),
          ...['app', 'other'].map((appId) => store.findGrant(user, appId)),
        ]),
        store.pageGrants(grantId - 1, 1).then(({ grants }) => grants),
        ...[grantId, 99].map((id) => store.readGrantState(id, NO_AUTHORIZATION)),
      ),
      consent_requests: await count(
        ...ids('hash').map((id) => store.readConsentRequest(id)),
        ...ids('hash').map((id) => store.completeConsent(id, NOW)),
      ),
      privacy_links: await count(...ids('link').map((id) => store.consumePrivacyLink(id, NOW))),
      registered_clients: await count(store.readRegisteredClient(`dc_${name}`)),
      events: await count(
        ...[1, 2].flatMap((client) => ids('event').map((id) => store.findEvent(client, id))),
        store.listUndistributed(10),
      ),
    }
  }

  describe('rows that are not edited', () => {
    it('are read, and nothing is reported', async () => {
      await writeRows('u', 1)
      const counts = await readRows('u', 1)
      expect(Object.entries(counts).filter(([, count]) => count === 0)).toEqual([])
      expect(forged).toEqual([])
    })
  })

  describe('a row permits nothing and is reported after an edit', () => {
    it.each(Object.entries(EDITS))('of %s: %j', async (table, edits) => {
      const outcomes: unknown[] = []
      for (const [index, edit] of edits.entries()) {
        const name = `u${index}`
        const keys = await writeRows(name, 1000 + index)
        await store.exec(`UPDATE ${table} SET ${edit} WHERE ${KEYS[table]} = ${keys[table]}`)
        forged.length = 0
        const permitted = (await readRows(name, 1000 + index))[table]
        outcomes.push({ edit, permitted, isReported: forged.length > 0 })
      }
      expect(outcomes).toEqual(edits.map((edit) => ({ edit, permitted: 0, isReported: true })))
    })
  })

  describe('a grant whose row is not genuine', () => {
    beforeEach(async () => {
      await writeRows('u', grantOf().grantId)
      await store.exec(`UPDATE grants SET granted_scopes = '{}' WHERE user_id = 'u'`)
    })

    it('is found by its user, and can be discarded, with an entry in the revocation log', async () => {
      const { grantId } = grantOf()
      expect(await store.findForgedGrant(USER, 'app')).toBe(grantId)
      const sequence = await store.discardGrant(grantId)
      expect(await store.readRevocationEntries([sequence])).toMatchObject([
        { kind: 'grant', grantId, epoch: Number.MAX_SAFE_INTEGER },
      ])
      expect(await store.findForgedGrant(USER, 'app')).toBeUndefined()
      expect(await store.discardGrant(grantId)).toBe(0)
    })

    it('is replaced by a new grant with the same pairwise id when the user decides again', async () => {
      const opened = await store.openGrant(grantOf({ grantId: 5, subject: 'subject-9' }))
      expect(opened).toMatchObject({ grantId: 5, subject: 'subject-u', epoch: 0, granted: {} })
      expect(await store.listGrants(USER)).toEqual([opened])
      const { entries } = await store.readRevocations(undefined)
      expect(entries).toMatchObject([{ kind: 'grant', grantId: grantOf().grantId }])
    })

    it('does not hide the grants after it from the pages of all grants', async () => {
      const next = grantOf({ grantId: 2 ** 47, user: { walletId: 'w', userId: 'next' } })
      await store.openGrant({ ...next, subject: 'subject-next' })
      const first = await store.pageGrants(-1, 1)
      expect(first).toEqual({ grants: [], next: grantOf().grantId })
      expect((await store.pageGrants(first.next ?? 0, 1)).grants).toHaveLength(1)
    })
  })

  describe('a pairwise id', () => {
    beforeEach(async () => void (await writeRows('u', grantOf().grantId)))

    it('that was edited is restored from another grant of the user', async () => {
      await store.exec(`UPDATE subjects SET subject = 'victim'`)
      const second = await store.openGrant(grantOf({ grantId: 5, appId: 'second', subject: 's-9' }))
      expect(second.subject).toBe('subject-u')
      expect(forged).toContain('subject')
    })

    it('that was edited before the first grant is replaced', async () => {
      await store.exec(`INSERT INTO subjects (client_number, wallet_id, user_id, subject)
        VALUES (1, 'w', 'attacker', 'victim')`)
      const user = { walletId: 'w', userId: 'attacker' }
      const opened = await store.openGrant(grantOf({ grantId: 5, user, subject: 's-9' }))
      expect(opened.subject).toBe('s-9')
    })
  })

  describe('the suspension of an operator', () => {
    it.each([`ended_at = 1, ended_by = 'x'`, `action = 'revoke'`, 'mac = NULL'])(
      'stays in force until an operator ends it, after the edit: %s',
      async (edit) => {
        const action = actionOf()
        await store.recordOperatorAction(action)
        await store.exec(`UPDATE operator_actions SET ${edit}`)
        expect(await store.listOperatorActions()).toEqual([action])
        expect(forged).toEqual(['operator-action'])
        expect(await store.endSuspensions(action, 'ana', NOW + 1)).toBe(1)
        forged.length = 0
        const ended = { ...action, endedAt: NOW + 1, endedBy: 'ana' }
        expect(await store.listOperatorActions()).toEqual([ended])
        expect(forged).toEqual([])
      },
    )
  })

  describe('an event that is not genuine', () => {
    it('does not hold up the later events of its user', async () => {
      await writeRows('u', grantOf().grantId)
      await store.exec(`UPDATE events SET scopes = 'b'`)
      const [grant] = await store.listGrants(USER)
      if (!grant) throw new Error('the grant is missing')
      await store.replaceGrant({ ...grant, epoch: 2 }, false, {
        event: eventOf({ eventId: 'event-3', subject: grant.subject }),
      })
      const events = await store.listUndistributed(10)
      expect(events.map(({ eventId }) => eventId)).toEqual(['event-3'])
      expect(await store.listDeadLetters(10)).toEqual([])
    })
  })
}
