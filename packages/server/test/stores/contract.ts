/**
 * @module The contract of a store, races included. Written once; every store's test calls it.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewReceipt } from '../../src/engine/consent/receipt.ts'
import type { RegisteredClient } from '../../src/engine/ports/registered-clients.ts'
import type { RevocationPage } from '../../src/engine/ports/revocation-log.ts'
import type { Store } from '../../src/engine/ports/store.ts'
import type {
  AccessLogEntry,
  Authorization,
  ConsentRequest,
  Grant,
  GuardianRequest,
  NewEvent,
} from '../../src/engine/records.ts'

export type StoreUnderTest = Store & { close(): Promise<void> }

const NOW = 1_800_000_000
const PARALLEL = 64
const PLACE = { openSince: NOW - 60, at: NOW }

export function grantOf(more: Partial<Grant> = {}): Grant {
  return {
    grantId: 0x123456789abc,
    user: { walletId: 'w', userId: 'u' },
    appId: 'app',
    clientNumber: 1,
    subject: 'subject-1',
    epoch: 0,
    voidBefore: 0,
    granted: {},
    denied: {},
    ...more,
  }
}

export function authorizationOf(more: Partial<Authorization> = {}): Authorization {
  return {
    authorizationId: '6b49d200000102030405060708090a0b',
    grantId: 0x123456789abc,
    epoch: 3,
    scopeSet: 1,
    keyVersion: 1,
    generation: 0,
    redeemedAt: NOW,
    rotatedAt: NOW,
    expiresAt: NOW + 1000,
    ...more,
  }
}

export function requestOf(more: Partial<ConsentRequest> = {}): ConsentRequest {
  return {
    idHash: 'hash-1',
    user: { walletId: 'w', userId: 'u' },
    appId: 'app',
    requested: ['a', 'b'],
    unapproved: ['c'],
    sheet: '{"scopes":[]}',
    sheetHash: 'sheet-hash',
    expiresAt: NOW + 600,
    ...more,
  }
}

export function registeredClientOf(more: Partial<RegisteredClient> = {}): RegisteredClient {
  return {
    client: {
      clientId: 'dc_1',
      appId: 'app',
      tokenEndpointAuth: { method: 'none' },
      grantTypes: ['authorization_code'],
      redirectUris: ['https://shop.example/back'],
      allowedOrigins: [],
      jwks: [],
      resources: [],
      resourceServerFor: [],
      platformScopes: [],
      requirePushedAuthorizationRequests: false,
      requireSignedRequestObject: false,
      dpopBoundAccessTokens: false,
      accessTokenFormat: 'sealed',
    },
    tokenHash: 'hash',
    version: 1,
    registeredAt: NOW,
    ...more,
  }
}

function eventOf(more: Partial<NewEvent> = {}): NewEvent {
  return {
    eventId: 'event-1',
    clientNumber: 1,
    subject: 'subject-1',
    appId: 'app',
    type: 'AUTHORIZATION_WITHDRAWN',
    scopes: ['a'],
    reason: 'USER',
    ...more,
  }
}

function numbersOf({ entries }: RevocationPage): readonly number[] {
  return entries.map(({ sequence }) => sequence).sort((a, b) => a - b)
}

export function hexId(time: number, n: number): string {
  return time.toString(16).padStart(8, '0') + n.toString(16).padStart(24, '0')
}

function times<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)))
}

/** @param open gives a new and empty store */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let store: StoreUnderTest
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    describe('interning', () => {
      it('gives one number to a client, whoever asks first', async () => {
        const numbers = await times(PARALLEL, () => store.internClient('client'))
        expect(new Set(numbers).size).toBe(1)
        expect(await store.internClient('other')).not.toBe(numbers[0])
      })

      it('gives one number to a set of scopes in any order, and reads it back', async () => {
        const [ab, ba, a] = await Promise.all([
          store.internScopeSet(['a', 'b']),
          store.internScopeSet(['b', 'a']),
          store.internScopeSet(['a']),
        ])
        expect(ab).toBe(ba)
        expect(a).not.toBe(ab)
        expect(await store.readScopeSet(ab)).toEqual(['a', 'b'])
        expect(await store.readScopeSet(4_000_000)).toBeUndefined()
      })
    })

    describe('grants', () => {
      it('opens one grant per user and mini program, however many open it', async () => {
        const opened = await times(PARALLEL, (index) =>
          store.openGrant(grantOf({ grantId: index + 1, subject: `s-${index}` })),
        )
        expect(new Set(opened.map(({ grantId }) => grantId)).size).toBe(1)
        expect(new Set(opened.map(({ subject }) => subject)).size).toBe(1)
        expect(await store.findGrant({ walletId: 'w', userId: 'u' }, 'app')).toEqual(opened[0])
      })

      it('knows a user by one subject per client', async () => {
        const first = await store.openGrant(grantOf({ grantId: 1, appId: 'a', subject: 's-1' }))
        const second = await store.openGrant(grantOf({ grantId: 2, appId: 'b', subject: 's-2' }))
        const other = await store.openGrant(
          grantOf({ grantId: 3, appId: 'c', clientNumber: 2, subject: 's-3' }),
        )
        expect(second.subject).toBe(first.subject)
        expect(other.subject).toBe('s-3')
        const wallets = await store.openGrant(
          grantOf({ grantId: 4, user: { walletId: 'w2', userId: 'u' }, subject: 's-4' }),
        )
        expect(wallets.subject).toBe('s-4')
        expect(
          (await store.listGrants({ walletId: 'w', userId: 'u' })).map(({ appId }) => appId).sort(),
        ).toEqual(['a', 'b', 'c'])
      })

      it('replaces a grant once per epoch', async () => {
        const grant = await store.openGrant(grantOf())
        const replaced = await times(PARALLEL, (index) =>
          store.replaceGrant(
            { ...grant, epoch: 1, granted: { [`s${index}`]: { grantedAt: NOW, since: 1 } } },
            false,
          ),
        )
        expect(replaced.filter(Boolean)).toHaveLength(1)
        const winner = replaced.findIndex(Boolean)
        const stored = await store.findGrant(grant.user, grant.appId)
        expect(stored).toMatchObject({
          epoch: 1,
          held: { [`s${winner}`]: { grantedAt: NOW, since: 1 } },
        })
      })

      it('writes the line of the revocation log with the change, or not at all', async () => {
        const grant = await store.openGrant(grantOf())
        const revoked = await store.replaceGrant({ ...grant, epoch: 1, voidBefore: 1 }, true)
        expect(revoked).toMatchObject({ sequence: expect.any(Number) })
        expect(await store.replaceGrant({ ...grant, epoch: 1, voidBefore: 1 }, true)).toBe(false)
        const { entries, storeTime } = await store.readRevocations(undefined)
        expect(entries).toEqual([
          {
            ...(revoked as object),
            at: expect.closeTo(storeTime / 1000, -1),
            kind: 'grant',
            grantId: grant.grantId,
            epoch: 1,
            voidBefore: 1,
          },
        ])
      })
    })

    describe('deletion', () => {
      it('is acknowledged by the client that knows the user, for this user', async () => {
        const { subject, user } = await store.openGrant(grantOf())
        expect(await store.readDeletion(1, user)).toBeUndefined()
        expect(await store.acknowledgeDeletion(2, subject, NOW)).toBe(false)
        expect(await store.acknowledgeDeletion(1, 'nobody', NOW)).toBe(false)
        expect(await store.readDeletion(1, user)).toBeUndefined()
        expect(await store.acknowledgeDeletion(1, subject, NOW)).toBe(true)
        expect(await store.readDeletion(1, user)).toBe(NOW)
        expect(await store.readDeletion(2, user)).toBeUndefined()
      })
    })

    describe('consent', () => {
      it('keeps a request as it was', async () => {
        const full = requestOf({
          codeChallenge: 'b',
          redirect: { uri: 'https://a.example', state: 's' },
          pageInstance: 'page',
          guardianId: 'guardian',
        })
        await store.createConsentRequest(full, PLACE)
        expect(await store.readConsentRequest(full.idHash)).toEqual(full)
        expect(await store.readConsentRequest('unknown')).toBeUndefined()
      })

      it('decides once: 64 decisions, one outcome, one change of the grant', async () => {
        const grant = await store.openGrant(grantOf())
        await store.createConsentRequest(requestOf(), PLACE)
        const outcomes = await times(PARALLEL, (index) => {
          const isGranted = index % 2 === 0
          const granted = isGranted ? { a: { grantedAt: NOW, since: 1 } } : {}
          return store.decideConsent('hash-1', isGranted ? 'granted' : 'declined', {
            ...grant,
            epoch: 1,
            granted,
          })
        })
        expect(outcomes.filter((outcome) => outcome === 'decided')).toHaveLength(1)
        expect(outcomes.filter((outcome) => outcome === 'used')).toHaveLength(PARALLEL - 1)
        const request = await store.readConsentRequest('hash-1')
        const stored = await store.findGrant(grant.user, grant.appId)
        expect(stored?.epoch).toBe(1)
        expect(Object.keys(stored?.granted ?? {})).toEqual(
          request?.outcome === 'granted' ? ['a'] : [],
        )
      })

      it('changes neither request nor grant when the grant has moved on', async () => {
        const grant = await store.openGrant(grantOf())
        await store.createConsentRequest(requestOf(), PLACE)
        await store.replaceGrant({ ...grant, epoch: 1 }, false)
        expect(await store.decideConsent('hash-1', 'granted', { ...grant, epoch: 1 })).toBe(
          'conflict',
        )
        expect((await store.readConsentRequest('hash-1'))?.outcome).toBeUndefined()
        expect(await store.decideConsent('hash-1', 'granted', { ...grant, epoch: 2 })).toBe(
          'decided',
        )
      })

      it('completes once, and what is completed cannot be decided', async () => {
        await store.createConsentRequest(requestOf(), PLACE)
        const completed = await times(PARALLEL, () => store.completeConsent('hash-1', NOW))
        expect(completed.filter(Boolean)).toHaveLength(1)
        expect(completed.find(Boolean)).toEqual({ ...requestOf(), completedAt: NOW })
        expect(await store.decideConsent('hash-1', 'dismissed', undefined)).toBe('used')
        expect(await store.completeConsent('unknown', NOW)).toBeUndefined()
      })
    })

    describe('sheets', () => {
      const open = (idHash: string, more: Partial<ConsentRequest> = {}, at = NOW) =>
        store.createConsentRequest(requestOf({ idHash, ...more }), { openSince: at - 60, at })

      it('opens one at a time for a user: 64 in parallel, one sheet', async () => {
        const opened = await times(PARALLEL, (index) => open(`hash-${index}`))
        expect(opened.filter(Boolean)).toHaveLength(1)
        const kept = await times(PARALLEL, (index) => store.readConsentRequest(`hash-${index}`))
        expect(kept.map(Boolean)).toEqual(opened)
        expect(await open('other', { user: { walletId: 'w', userId: 'another' } })).toBe(true)
      })

      it('has room again when one is decided, completed, or was left long ago', async () => {
        expect(await open('first')).toBe(true)
        expect(await open('blocked')).toBe(false)
        await store.decideConsent('first', 'dismissed', undefined)
        expect(await open('second')).toBe(true)
        await store.completeConsent('second', NOW)
        expect(await open('third')).toBe(true)
        expect(await open('blocked', {}, NOW + 59)).toBe(false)
        expect(await open('fourth', {}, NOW + 60)).toBe(true)
      })

      it('is the guardian’s, where one decides', async () => {
        expect(await open('asked', { guardianId: 'parent' })).toBe(true)
        expect(await open('own')).toBe(true)
        expect(await open('again', { user: { walletId: 'w', userId: 'parent' } })).toBe(false)
      })
    })

    describe('questions that wait for a guardian', () => {
      const question = (more: Partial<GuardianRequest> = {}): GuardianRequest => ({
        user: { walletId: 'w', userId: 'child' },
        guardianId: 'parent',
        appId: 'app',
        scopes: [{ scope: 'a', required: true }],
        requestedAt: NOW,
        ...more,
      })

      it('are there for the guardian, one of a mini program, until they are dropped', async () => {
        const parent = { walletId: 'w', userId: 'parent' }
        await store.createGuardianRequest(question())
        await store.createGuardianRequest(question({ appId: 'other', requestedAt: NOW + 1 }))
        const latest = question({ scopes: [{ scope: 'b' }], requestedAt: NOW + 2 })
        await store.createGuardianRequest(latest)
        const waiting = await store.listGuardianRequests(parent)
        expect(waiting.map(({ appId }) => appId)).toEqual(['other', 'app'])
        expect(waiting[1]).toEqual(latest)
        expect(await store.listGuardianRequests({ ...parent, walletId: 'v' })).toEqual([])
        await store.deleteGuardianRequest(latest.user, 'app')
        expect(await store.listGuardianRequests(parent)).toHaveLength(1)
      })
    })

    describe('links to a page', () => {
      it('open once, in time', async () => {
        const link = { user: { walletId: 'w', userId: 'u' }, locale: 'ar', expiresAt: NOW + 60 }
        await store.createPrivacyLink('link', link)
        await store.createPrivacyLink('late', { user: link.user, expiresAt: NOW })
        const taken = await times(PARALLEL, () => store.consumePrivacyLink('link', NOW))
        expect(taken.filter(Boolean)).toEqual([link])
        expect(await store.consumePrivacyLink('late', NOW)).toBeUndefined()
        expect(await store.consumePrivacyLink('unknown', NOW)).toBeUndefined()
        expect(await store.dropExpired(NOW, 100)).toBe(1)
      })
    })

    describe('receipts', () => {
      const receipt = (more: Partial<NewReceipt> = {}): NewReceipt => ({
        receiptId: 'r-1',
        walletId: 'w',
        grantId: grantOf().grantId,
        createdAt: NOW,
        event: 'granted',
        document: 'a.b.c',
        ...more,
      })
      const idsOf = (list: readonly { receiptId: string }[]): readonly string[] =>
        list.map(({ receiptId }) => receiptId)

      it('are written with the decision, and only when it is', async () => {
        const grant = await store.openGrant(grantOf())
        await store.createConsentRequest(requestOf(), PLACE)
        const decide = (epoch: number, receiptId: string) =>
          store.decideConsent(
            'hash-1',
            'granted',
            { ...grant, epoch },
            { receipt: receipt({ receiptId }) },
          )
        expect(await decide(2, 'conflict')).toBe('conflict')
        expect(await decide(1, 'kept')).toBe('decided')
        expect(await decide(2, 'used')).toBe('used')
        const replaced = {
          receipt: receipt({ receiptId: 'later', createdAt: NOW + 1, event: 'withdrawn' }),
        }
        await store.replaceGrant({ ...grant, epoch: 2 }, true, replaced)
        const lost = { receipt: receipt({ receiptId: 'lost' }) }
        expect(await store.replaceGrant({ ...grant, epoch: 2 }, true, lost)).toBe(false)
        const listed = await store.listReceipts([grant.grantId], 10)
        expect(idsOf(listed)).toEqual(['later', 'kept'])
        expect(listed[1]).toEqual({
          receiptId: 'kept',
          grantId: grant.grantId,
          at: NOW,
          event: 'granted',
          document: 'a.b.c',
        })
        expect(await store.listReceipts([grant.grantId], 1)).toHaveLength(1)
        expect(await store.listReceipts([1], 10)).toEqual([])
        expect(await store.readReceipt('kept')).toEqual(listed[1])
        expect(await store.readReceipt('lost')).toBeUndefined()
      })

      it('are chained once, however many do it', async () => {
        const grant = await store.openGrant(grantOf())
        for (let epoch = 1; epoch <= 3; epoch++) {
          const written = receipt({ receiptId: `r-${epoch}`, createdAt: NOW + epoch })
          await store.replaceGrant({ ...grant, epoch }, false, { receipt: written })
        }
        const waiting = await store.listUnchained(10)
        expect(idsOf(waiting)).toEqual(['r-1', 'r-2', 'r-3'])
        expect(await store.readChainHead('w')).toBeUndefined()
        const links = waiting.map(({ receiptId }, index) => ({
          receiptId,
          sequence: index + 1,
          hash: `h-${index + 1}`,
        }))
        const start = { sequence: 0, hash: '' }
        const done = await times(8, () => store.appendToChain('w', start, links))
        expect(done.filter(Boolean)).toHaveLength(1)
        expect(await store.listUnchained(10)).toEqual([])
        expect(await store.readChainHead('w')).toEqual({ sequence: 3, hash: 'h-3' })
        expect(await store.listChainHeads()).toEqual([{ tenant: 'w', sequence: 3, hash: 'h-3' }])
        const chain = await store.readChain('w', 1, 10)
        expect(chain.map(({ sequence, hash }) => [sequence, hash])).toEqual([
          [2, 'h-2'],
          [3, 'h-3'],
        ])
        expect(chain[0]?.document).toBe('a.b.c')
      })

      it('gives a user one key, whoever asks first', async () => {
        const user = { walletId: 'w', userId: 'u' }
        expect(await store.readUserKey(user)).toBeUndefined()
        const keys = await times(8, (index) =>
          store.findOrCreateUserKey(user, Buffer.from([index, 0, 255])),
        )
        expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1)
        expect(Buffer.from((await store.readUserKey(user)) ?? [])).toEqual(
          Buffer.from(keys[0] ?? []),
        )
      })
    })

    describe('erasure', () => {
      it('leaves nothing that names the user, and nobody else is touched', async () => {
        const kept = { walletId: 'w', userId: 'kept' }
        const gone = { walletId: 'w', userId: 'gone' }
        for (const [index, user] of [kept, gone].entries()) {
          const grant = grantOf({ user, grantId: 10 + index, subject: `s-${index}` })
          await store.openGrant(grant)
          await store.createConsentRequest(requestOf({ idHash: `h-${index}`, user }), PLACE)
          await store.createPrivacyLink(`l-${index}`, { user, expiresAt: NOW + 60 })
          await store.createGuardianRequest({
            user,
            guardianId: 'p',
            appId: 'a',
            scopes: [],
            requestedAt: NOW,
          })
          await store.findOrCreateUserKey(user, Buffer.from([1]))
          await store.revokeIssuedThrough('user', `w/${user.userId}`, NOW)
          const access = { grantId: grant.grantId, api: 'x', fields: [], accessedAt: NOW, count: 1 }
          await store.appendAccessLog([{ ...access, entryId: index }])
        }
        await store.eraseUser(gone)
        expect(await store.listGrants(gone)).toEqual([])
        expect(await store.readUserKey(gone)).toBeUndefined()
        expect(await store.readConsentRequest('h-1')).toBeUndefined()
        expect(await store.consumePrivacyLink('l-1', NOW)).toBeUndefined()
        expect(await store.listAccessLog(11, NOW + 1, 10)).toEqual([])
        expect(await store.readDeletion(1, gone)).toBeUndefined()
        expect(JSON.stringify(await store.readRevocations(undefined))).not.toContain('gone')
        expect(await store.listGrants(kept)).toHaveLength(1)
        expect(await store.readConsentRequest('h-0')).toBeDefined()
        expect(await store.listAccessLog(10, NOW + 1, 10)).toHaveLength(1)
        const parked = await store.listGuardianRequests({ walletId: 'w', userId: 'p' })
        expect(parked.map(({ user }) => user.userId)).toEqual(['kept'])
        // Who comes back is somebody else.
        const back = await store.openGrant(grantOf({ user: gone, grantId: 12, subject: 's-new' }))
        expect(back.subject).toBe('s-new')
      })

      it('pages all grants by their numbers', async () => {
        for (const grantId of [30, 10, 20]) {
          const user = { walletId: 'w', userId: `u-${grantId}` }
          await store.openGrant(grantOf({ grantId, user, subject: `s-${grantId}` }))
        }
        const page = async (after: number) =>
          (await store.pageGrants(after, 2)).map(({ grantId }) => grantId)
        expect(await page(-1)).toEqual([10, 20])
        expect(await page(20)).toEqual([30])
        expect(await page(30)).toEqual([])
      })
    })

    describe('authorizations', () => {
      it('redeems a code once: 64 in parallel, one winner, the others see its record', async () => {
        const earlier = await times(PARALLEL, (index) =>
          store.redeemCode(authorizationOf({ redeemedAt: NOW + index })),
        )
        expect(earlier.filter((found) => found === undefined)).toHaveLength(1)
        const winner = earlier.indexOf(undefined)
        for (const found of earlier) if (found) expect(found.redeemedAt).toBe(NOW + winner)
        expect(await store.readAuthorization(authorizationOf().authorizationId)).toEqual(
          authorizationOf({ redeemedAt: NOW + winner }),
        )
      })

      it('rotates a generation once: 64 in parallel, one chain', async () => {
        const { authorizationId } = authorizationOf()
        await store.redeemCode(authorizationOf())
        const rotated = await times(PARALLEL, () =>
          store.rotateRefresh(authorizationId, 0, NOW + 5),
        )
        expect(rotated.filter(Boolean)).toEqual([
          authorizationOf({ generation: 1, rotatedAt: NOW + 5 }),
        ])
        expect((await store.readAuthorization(authorizationId))?.generation).toBe(1)
      })

      it('never rotates what is ended, whatever comes first', async () => {
        for (let round = 0; round < 50; round++) {
          const authorizationId = hexId(NOW, round)
          await store.redeemCode(authorizationOf({ authorizationId }))
          const [rotated] = await Promise.all([
            store.rotateRefresh(authorizationId, 0, NOW),
            store.endAuthorization(authorizationId, NOW),
            store.rotateRefresh(authorizationId, 1, NOW),
          ])
          const after = await store.readAuthorization(authorizationId)
          expect(after?.endedAt).toBe(NOW)
          expect(
            await store.rotateRefresh(authorizationId, after?.generation ?? 0, NOW),
          ).toBeUndefined()
          if (!rotated) expect(after?.generation).toBe(0)
        }
      })

      it('never rotates what has expired', async () => {
        const { authorizationId, expiresAt } = authorizationOf()
        await store.redeemCode(authorizationOf())
        expect(await store.rotateRefresh(authorizationId, 0, expiresAt)).toBeUndefined()
        expect(await store.rotateRefresh(authorizationId, 0, expiresAt - 1)).toBeDefined()
      })

      it('ends once, with one line in the log', async () => {
        const { authorizationId } = authorizationOf()
        await store.redeemCode(authorizationOf())
        const sequences = await times(PARALLEL, (index) =>
          store.endAuthorization(authorizationId, NOW + index),
        )
        expect(sequences.filter((sequence) => sequence > 0)).toHaveLength(1)
        expect(await store.endAuthorization(hexId(NOW, 99), NOW)).toBe(0)
        const { entries } = await store.readRevocations(undefined)
        expect(entries).toMatchObject([{ kind: 'authorization', authorizationId }])
      })
    })

    describe('standing', () => {
      it('is the grant, the authorization and what is void', async () => {
        const clientNumber = await store.internClient('client')
        const grant = await store.openGrant(grantOf({ clientNumber }))
        const authorization = authorizationOf()
        expect(await store.readGrantState(1, authorization.authorizationId)).toBeUndefined()
        expect(await store.readGrantState(grant.grantId, authorization.authorizationId)).toEqual({
          grant,
          authorization: undefined,
          revokedThrough: 0,
        })
        await store.redeemCode(authorization)
        expect(
          (await store.readGrantState(grant.grantId, authorization.authorizationId))?.authorization,
        ).toEqual(authorization)
      })

      it.each([
        { kind: 'client', id: 'client', other: 'clien' },
        { kind: 'miniProgram', id: 'app', other: 'app2' },
        { kind: 'user', id: 'w/u', other: 'w/u2' },
      ] as const)('voids by $kind', async ({ kind, id, other }) => {
        const clientNumber = await store.internClient('client')
        const { grantId } = await store.openGrant(grantOf({ clientNumber }))
        const revokedThrough = async (): Promise<number | undefined> =>
          (await store.readGrantState(grantId, hexId(NOW, 1)))?.revokedThrough
        await store.revokeIssuedThrough(kind, other, NOW)
        expect(await revokedThrough()).toBe(0)
        const first = await store.revokeIssuedThrough(kind, id, NOW + 1)
        const second = await store.revokeIssuedThrough(kind, id, NOW)
        expect(second).toBeGreaterThan(first)
        expect(await revokedThrough()).toBe(NOW + 1)
      })

      it('reads the revocation log on from where one has read', async () => {
        const write = (from: number) =>
          times(10, (index) => store.revokeIssuedThrough('client', `c-${from + index}`, NOW))
        const first = await write(0)
        const all = await store.readRevocations(undefined)
        expect(numbersOf(all)).toEqual([...first].sort((a, b) => a - b))
        const second = await write(10)
        const rest = await store.readRevocations(all.cursor)
        expect(numbersOf(rest)).toEqual(expect.arrayContaining(second))
        expect(numbersOf(await store.readRevocations(rest.cursor))).not.toEqual(
          expect.arrayContaining(first),
        )
      })
    })

    describe('events', () => {
      const LEASE = 60_000
      const claim = (limit = 100) => store.claimEvents(limit, LEASE, [])
      const tell = (events: readonly NewEvent[]) =>
        store.revokeIssuedThrough('client', 'c', NOW, events)
      const ids = (events: readonly NewEvent[]): readonly string[] =>
        events.map(({ eventId }) => eventId).sort()

      it('are written with the change that they tell of, once', async () => {
        const grant = await store.openGrant(grantOf())
        const changed = eventOf({ eventId: 'changed' })
        expect(await store.replaceGrant({ ...grant, epoch: 1 }, true, { event: changed })).not.toBe(
          false,
        )
        const lost = eventOf({ eventId: 'lost' })
        expect(await store.replaceGrant({ ...grant, epoch: 1 }, true, { event: lost })).toBe(false)
        await store.createConsentRequest(requestOf(), PLACE)
        await store.decideConsent('hash-1', 'granted', { ...grant, epoch: 1 }, { event: lost })
        const decided = eventOf({ eventId: 'decided' })
        await store.decideConsent('hash-1', 'granted', { ...grant, epoch: 2 }, { event: decided })
        await store.decideConsent('hash-1', 'granted', { ...grant, epoch: 3 }, { event: lost })
        const authorization = authorizationOf()
        await store.redeemCode(authorization)
        const ended = eventOf({ eventId: 'ended', subject: 'subject-2', scopes: ['a', 'b'] })
        await times(8, () => store.endAuthorization(authorization.authorizationId, NOW, ended))
        await tell([eventOf({ eventId: 'void-1', subject: '' }), eventOf({ eventId: 'ended' })])
        const { events } = await store.listEvents(1, undefined, 100)
        expect(ids(events)).toEqual(['changed', 'decided', 'ended', 'void-1'])
        expect(events.find(({ eventId }) => eventId === 'ended')).toMatchObject(ended)
      })

      it('are claimed by one, of each user the earliest first', async () => {
        await tell([
          eventOf({ eventId: 'a-1', subject: 'a' }),
          eventOf({ eventId: 'a-2', subject: 'a' }),
          eventOf({ eventId: 'b-1', subject: 'b' }),
          eventOf({ eventId: 'other-1', subject: 'a', clientNumber: 2 }),
        ])
        const claimed = (await times(8, () => claim(1))).flat()
        const rest = await claim()
        expect(ids([...claimed, ...rest])).toEqual(['a-1', 'b-1', 'other-1'])
        const first = [...claimed, ...rest].find(({ eventId }) => eventId === 'a-1')
        if (!first) throw new Error('not claimed')
        expect(await claim()).toEqual([])
        await store.recordDelivery(first, { state: 'delivered' })
        expect(ids(await claim())).toEqual(['a-2'])
      })

      it('come back when their lease is over, when a try has failed, and not to who is excepted', async () => {
        await tell([eventOf({ eventId: 'a-1' })])
        expect(await store.claimEvents(1, 0, [1])).toEqual([])
        const [first] = await store.claimEvents(1, 0, [2])
        const [again] = await store.claimEvents(1, LEASE, [])
        expect([first?.attempts, again?.attempts]).toEqual([0, 0])
        if (!first) throw new Error('not claimed')
        const retry = { state: 'pending', retryInMilliseconds: 0 } as const
        await store.recordDelivery(first, { ...retry, isAttempt: true })
        // What another one has settled meanwhile stays as it is.
        await store.recordDelivery(first, { state: 'dead' })
        const [second] = await claim()
        expect(second?.attempts).toBe(1)
        if (!second) throw new Error('not claimed')
        await store.recordDelivery(second, { ...retry, isAttempt: false })
        expect((await claim())[0]?.attempts).toBe(1)
      })

      it('that are dead hold up none, and can be sent again', async () => {
        await tell([eventOf({ eventId: 'a-1' }), eventOf({ eventId: 'a-2' })])
        const [first] = await claim()
        if (!first) throw new Error('not claimed')
        await store.recordDelivery(first, { state: 'dead' })
        expect(ids(await store.listDeadLetters(10))).toEqual(['a-1'])
        expect(ids(await claim())).toEqual(['a-2'])
        expect(await store.replayDeadLetters(2)).toBe(0)
        expect(await store.replayDeadLetters(1)).toBe(1)
        expect((await claim())[0]).toMatchObject({ eventId: 'a-1', attempts: 0 })
      })

      it('that are held wait for their client, until it has them', async () => {
        await tell([eventOf({ eventId: 'a-1' }), eventOf({ eventId: 'a-2' })])
        for (let n = 0; n < 2; n++) {
          const [event] = await claim()
          if (!event) throw new Error('not claimed')
          await store.recordDelivery(event, { state: 'held' })
        }
        expect(await store.listPollableEvents(2, 10)).toEqual([])
        expect(ids(await store.listPollableEvents(1, 10))).toEqual(['a-1', 'a-2'])
        await store.acknowledgeEvents(2, ['a-1'])
        await store.acknowledgeEvents(1, ['a-2', 'unknown'])
        expect(ids(await store.listPollableEvents(1, 10))).toEqual(['a-1'])
        expect(await claim()).toEqual([])
      })

      it('are listed for their client, on from a cursor', async () => {
        await tell(Array.from({ length: 25 }, (_, n) => eventOf({ eventId: `e-${n}` })))
        await tell([eventOf({ eventId: 'other', clientNumber: 2 })])
        const seen: string[] = []
        let cursor: string | undefined
        for (let page = 0; page < 4; page++) {
          const listed = await store.listEvents(1, cursor, 10)
          seen.push(...listed.events.map(({ eventId }) => eventId))
          cursor = listed.cursor
        }
        expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => `e-${n}`))
        await tell([eventOf({ eventId: 'later' })])
        expect(ids((await store.listEvents(1, cursor, 10)).events)).toEqual(['later'])
      })
    })

    describe('readings', () => {
      const entryOf = (more: Partial<AccessLogEntry> = {}): AccessLogEntry => ({
        grantId: 1,
        accessedAt: NOW,
        entryId: 1,
        api: 'cards',
        fields: ['cards[].brand'],
        count: 2,
        ...more,
      })

      it('are listed for their grant, the latest first, and written once', async () => {
        const entries = [
          entryOf(),
          entryOf({ entryId: 2, api: 'inquiryUserInfo', fields: ['userId', 'avatar'] }),
          entryOf({ entryId: 3, accessedAt: NOW + 5, fields: ['*'], count: 1 }),
          entryOf({ entryId: 4, grantId: 2 }),
        ]
        await times(4, () => store.appendAccessLog(entries))
        expect(await store.listAccessLog(1, NOW + 10, 10)).toEqual([
          { at: NOW + 5, api: 'cards', fields: ['*'], count: 1 },
          { at: NOW, api: 'cards', fields: ['cards[].brand'], count: 2 },
          { at: NOW, api: 'inquiryUserInfo', fields: ['userId', 'avatar'], count: 2 },
        ])
        expect(await store.listAccessLog(1, NOW + 5, 1)).toHaveLength(1)
      })

      it('are forgotten after their time', async () => {
        await store.appendAccessLog([entryOf(), entryOf({ entryId: 2, accessedAt: NOW + 5 })])
        expect(await store.dropExpired(NOW, 10)).toBe(0)
        expect(await store.dropExpired(NOW, 10, NOW + 5)).toBe(1)
        expect(await store.listAccessLog(1, NOW + 10, 10)).toHaveLength(1)
      })
    })

    describe('what may be used once', () => {
      it('is taken by one of many, and is free for nobody until it is forgotten', async () => {
        const taken = await times(PARALLEL, () => store.consumeOnce('id-1', NOW + 60))
        expect(taken.filter(Boolean)).toHaveLength(1)
        expect(await store.consumeOnce('id-1', NOW + 60)).toBe(false)
        expect(await store.consumeOnce('id-2', NOW + 60)).toBe(true)
        expect([await store.isConsumed('id-1'), await store.isConsumed('id-3')]).toEqual([
          true,
          false,
        ])
        expect(await store.dropExpired(NOW + 59, 10)).toBe(0)
        expect(await store.dropExpired(NOW + 60, 10)).toBe(2)
        expect(await store.isConsumed('id-1')).toBe(false)
      })
    })

    describe('clients that registered themselves', () => {
      it('are read as they were written, changed one after the other, and gone when they are', async () => {
        const first = registeredClientOf()
        expect(await store.readRegisteredClient('dc_1')).toBeUndefined()
        expect(await store.replaceRegisteredClient(first)).toBe(true)
        expect(await store.replaceRegisteredClient(first)).toBe(false)
        expect(await store.readRegisteredClient('dc_1')).toEqual(first)
        const changed = await times(PARALLEL, (index) =>
          store.replaceRegisteredClient(
            registeredClientOf({ version: 2, tokenHash: `hash-${index}` }),
          ),
        )
        expect(changed.filter(Boolean)).toHaveLength(1)
        expect((await store.readRegisteredClient('dc_1'))?.version).toBe(2)
        await store.dropRegisteredClient('dc_1')
        expect(await store.readRegisteredClient('dc_1')).toBeUndefined()
      })
    })

    describe('expiry', () => {
      it('forgets what has expired and nothing else', async () => {
        const total = 250
        await times(total, (index) =>
          store.redeemCode(
            authorizationOf({
              authorizationId: hexId(NOW + index, index),
              expiresAt: NOW + (index % 2 === 0 ? 10 : 1000),
            }),
          ),
        )
        await times(4, (index) =>
          store.createConsentRequest(
            requestOf({
              idHash: `h-${index}`,
              user: { walletId: 'w', userId: `u-${index}` },
              expiresAt: NOW + (index % 2) * 1000,
            }),
            PLACE,
          ),
        )
        let dropped = 0
        for (let round = 0; round < 20; round++) dropped += await store.dropExpired(NOW + 10, 50)
        expect(dropped).toBe(total / 2 + 2)
        expect(await store.readAuthorization(hexId(NOW, 0))).toBeUndefined()
        expect(await store.readAuthorization(hexId(NOW + 1, 1))).toBeDefined()
        expect(await store.readConsentRequest('h-0')).toBeUndefined()
        expect(await store.readConsentRequest('h-1')).toBeDefined()
      })
    })
  })
}
