/**
 * @module The content of the privacy page: the state of each mini program, and how many rows a page reads.
 */
import { describe, expect, it } from 'vitest'
import type { Grant } from '../../../src/engine/records.ts'
import type { Store } from '../../../src/engine/store/store.ts'
import { agreedFields, agreedPurpose } from '../../../src/engine/users/agreed-terms.ts'
import {
  activeSince,
  activeUntil,
  listApps,
  PAGE_LIMITS,
  readApp,
} from '../../../src/engine/users/privacy-page.ts'
import {
  APP_ID,
  DAY,
  grantedOf,
  grantOf,
  MINI_PROGRAM,
  NOW,
  REGISTRY,
  REGISTRY_PARTS,
  SCOPES,
} from '../../support/engine.ts'
import { registryOf, USER } from '../../support/registry.ts'

/** A store with an endless access log and endless receipts, which counts what is read. */
function countingStore(grants: readonly Grant[]) {
  const read = { calls: 0, rows: 0 }
  const count = <T>(rows: readonly T[]): readonly T[] => {
    read.calls++
    read.rows += rows.length
    return rows
  }
  const store = {
    listGrants: async () => count(grants),
    findGrant: async (_user: unknown, appId: string) => grants.find((one) => one.appId === appId),
    listAccessLog: async (_grantId: number, before: number, limit: number) =>
      count(
        Array.from({ length: limit }, (_, index) => ({
          api: 'inquiryUserInfo',
          fields: ['nickName'],
          accessedAt: before - index - 1,
          count: 1,
        })),
      ),
    listReceipts: async (_grantIds: unknown, limit: number) =>
      count(Array.from({ length: limit }, (_, index) => ({ receiptId: `r${index}` }))),
    readDeletion: async () => {
      read.calls++
      return NOW
    },
  } as unknown as Store
  return { store, read }
}

async function firstApp(grant: Grant) {
  const [app] = await listApps({ registry: REGISTRY, ...countingStore([grant]) }, USER, NOW)
  if (!app) throw new Error('The list is empty.')
  return app
}

describe('the rows that a page reads', () => {
  it('are one of the access log for each mini program of the list', async () => {
    const appIds = Array.from({ length: 50 }, (_, index) => `app-${index}`)
    const miniPrograms = appIds.map((appId) => ({ ...MINI_PROGRAM, appId }))
    const registry = registryOf({ ...REGISTRY_PARTS, miniPrograms })
    const { store, read } = countingStore(appIds.map((appId) => grantOf(['name'], { appId })))
    await listApps({ registry, store }, USER, NOW)
    expect(read).toEqual({ calls: 51, rows: 100 })
  })

  it('are limited for one mini program, however long its log is', async () => {
    const { store, read } = countingStore([grantOf(['name'])])
    const app = await readApp({ registry: REGISTRY, store }, USER, APP_ID, NOW)
    expect(read).toEqual({ calls: 3, rows: 1 + PAGE_LIMITS.accessLog + PAGE_LIMITS.receipts })
    expect(app?.hasOlder).toBe(true)
  })
})

describe('the state of a mini program', () => {
  const expired = { expiresAt: NOW - 10 }

  it.each([
    ['active', grantOf(['name']), undefined],
    ['withdrawn', grantOf([], { denied: { name: { deniedAt: 5, times: 0, withdrawnAt: 5 } } }), 5],
    [
      'denied and never granted',
      grantOf([], { denied: { name: { deniedAt: 5, times: 1 } } }),
      undefined,
    ],
    [
      'expired, before the clean-up',
      grantOf([], { granted: { name: grantedOf('name', expired) } }),
      NOW - 10,
    ],
  ])('has the end of the access when it is %s', async (_name, grant, endedAt) => {
    expect((await firstApp(grant)).endedAt).toBe(endedAt)
  })

  it('is since the first scope, until the last one ends', async () => {
    const app = await firstApp(
      grantOf([], {
        granted: {
          name: grantedOf('name', { grantedAt: NOW - 9 * DAY, expiresAt: NOW + DAY }),
          avatar: grantedOf('avatar', { grantedAt: NOW - DAY, expiresAt: NOW + 3 * DAY }),
        },
      }),
    )
    expect([activeSince(app), activeUntil(app)]).toEqual([NOW - 9 * DAY, NOW + 3 * DAY])
  })

  it('has no end while one scope lasts until it is withdrawn', async () => {
    const granted = {
      name: grantedOf('name', { expiresAt: NOW + DAY }),
      avatar: grantedOf('avatar'),
    }
    expect(activeUntil(await firstApp(grantOf([], { granted })))).toBeUndefined()
  })
})

describe('the agreed terms', () => {
  const entry = SCOPES.get('name')
  if (!entry) throw new Error('The scope is missing.')
  const purposes = {
    name: { version: 'v2', texts: { en: 'To greet you.', es: 'Para saludarte.' } },
  }
  const miniProgram = { ...MINI_PROGRAM, purposes }
  const record = {
    notice: { version: '1', hash: 'sheet-0', language: 'id' },
    processing: [
      { scope: 'name', purpose: 'Untuk menyapa.', state: 'granted', sheetHash: 'sheet-0' },
    ],
  }
  const purposeOf = (purpose: string | undefined, sheetHash = 'sheet-0') =>
    agreedPurpose(
      miniProgram,
      [record as never],
      { entry, granted: { ...grantedOf('name', { sheetHash }), ...(purpose && { purpose }) } },
      'es',
    )

  it.each([
    [
      'today’s text in the user’s language, of the same version',
      'v2',
      undefined,
      { text: 'Para saludarte.', language: 'es' },
    ],
    [
      'the text of the receipt, of an older version',
      'v1',
      undefined,
      { text: 'Untuk menyapa.', language: 'id' },
    ],
    ['nothing without a receipt', 'v1', 'another-sheet', undefined],
    ['nothing when the merchant stated no purpose', undefined, undefined, undefined],
  ])('have %s', (_name, version, sheetHash, purpose) => {
    expect(purposeOf(version, sheetHash)).toEqual(purpose)
  })

  it('have no field that the prompt did not name', () => {
    const granted = grantedOf('name', { fields: ['nickName'] })
    expect(agreedFields({ entry, granted })).toEqual(['nickName'])
  })
})
