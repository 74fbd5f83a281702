/**
 * @module The contract of a store, races included. Written once; every store's test calls it.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LogPage, Store } from '../../src/engine/ports.ts'
import type { Authorization, ConsentRequest, Grant } from '../../src/engine/records.ts'

export type StoreUnderTest = Store & { close(): Promise<void> }

const NOW = 1_800_000_000
const PARALLEL = 64

export function grantOf(more: Partial<Grant> = {}): Grant {
  return {
    grantId: 0x123456789abc,
    user: { walletId: 'w', userId: 'u' },
    appId: 'app',
    clientNumber: 1,
    subject: 'subject-1',
    epoch: 0,
    voidBefore: 0,
    held: {},
    refused: {},
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
    asked: ['a', 'b'],
    notEntitled: ['c'],
    sheet: '{"scopes":[]}',
    sheetHash: 'sheet-hash',
    expiresAt: NOW + 600,
    ...more,
  }
}

function numbersOf({ lines }: LogPage): readonly number[] {
  return lines.map(({ sequence }) => sequence).sort((a, b) => a - b)
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
            { ...grant, epoch: 1, held: { [`s${index}`]: { grantedAt: NOW, since: 1 } } },
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
        const { lines, storeTime } = await store.readRevocations(undefined)
        expect(lines).toEqual([
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

    describe('consent', () => {
      it('keeps a request as it was', async () => {
        const full = requestOf({ binding: 'b', redirect: { uri: 'https://a.example', state: 's' } })
        await store.createConsentRequest(full)
        expect(await store.readConsentRequest(full.idHash)).toEqual(full)
        expect(await store.readConsentRequest('unknown')).toBeUndefined()
      })

      it('decides once: 64 decisions, one outcome, one change of the grant', async () => {
        const grant = await store.openGrant(grantOf())
        await store.createConsentRequest(requestOf())
        const outcomes = await times(PARALLEL, (index) => {
          const granted = index % 2 === 0
          const held = granted ? { a: { grantedAt: NOW, since: 1 } } : {}
          return store.decideConsent('hash-1', granted ? 'granted' : 'declined', {
            ...grant,
            epoch: 1,
            held,
          })
        })
        expect(outcomes.filter((outcome) => outcome === 'decided')).toHaveLength(1)
        expect(outcomes.filter((outcome) => outcome === 'used')).toHaveLength(PARALLEL - 1)
        const request = await store.readConsentRequest('hash-1')
        const stored = await store.findGrant(grant.user, grant.appId)
        expect(stored?.epoch).toBe(1)
        expect(Object.keys(stored?.held ?? {})).toEqual(request?.outcome === 'granted' ? ['a'] : [])
      })

      it('changes neither request nor grant when the grant has moved on', async () => {
        const grant = await store.openGrant(grantOf())
        await store.createConsentRequest(requestOf())
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
        await store.createConsentRequest(requestOf())
        const completed = await times(PARALLEL, () => store.completeConsent('hash-1', NOW))
        expect(completed.filter(Boolean)).toHaveLength(1)
        expect(completed.find(Boolean)).toEqual({ ...requestOf(), completedAt: NOW })
        expect(await store.decideConsent('hash-1', 'dismissed', undefined)).toBe('used')
        expect(await store.completeConsent('unknown', NOW)).toBeUndefined()
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
        const { lines } = await store.readRevocations(undefined)
        expect(lines).toMatchObject([{ kind: 'authorization', authorizationId }])
      })
    })

    describe('standing', () => {
      it('is the grant, the authorization and what is void', async () => {
        const clientNumber = await store.internClient('client')
        const grant = await store.openGrant(grantOf({ clientNumber }))
        const authorization = authorizationOf()
        expect(await store.readStanding(1, authorization.authorizationId)).toBeUndefined()
        expect(await store.readStanding(grant.grantId, authorization.authorizationId)).toEqual({
          grant,
          authorization: undefined,
          voidUntil: 0,
        })
        await store.redeemCode(authorization)
        expect(
          (await store.readStanding(grant.grantId, authorization.authorizationId))?.authorization,
        ).toEqual(authorization)
      })

      it.each([
        { kind: 'client', id: 'client', other: 'clien' },
        { kind: 'miniProgram', id: 'app', other: 'app2' },
        { kind: 'user', id: 'w/u', other: 'w/u2' },
      ] as const)('voids by $kind', async ({ kind, id, other }) => {
        const clientNumber = await store.internClient('client')
        const { grantId } = await store.openGrant(grantOf({ clientNumber }))
        const voidUntil = async (): Promise<number | undefined> =>
          (await store.readStanding(grantId, hexId(NOW, 1)))?.voidUntil
        await store.voidIssued(kind, other, NOW)
        expect(await voidUntil()).toBe(0)
        const first = await store.voidIssued(kind, id, NOW + 1)
        const second = await store.voidIssued(kind, id, NOW)
        expect(second).toBeGreaterThan(first)
        expect(await voidUntil()).toBe(NOW + 1)
      })

      it('reads the revocation log on from where one has read', async () => {
        const write = (from: number) =>
          times(10, (index) => store.voidIssued('client', `c-${from + index}`, NOW))
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
            requestOf({ idHash: `h-${index}`, expiresAt: NOW + (index % 2) * 1000 }),
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
