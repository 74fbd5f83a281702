/**
 * @module Receipts and their chain: what is altered is found, who is erased is gone, and the chain stands (requirements
 * R070, R087, R114, R115).
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openPrincipal, openReceipt } from '../src/crypto/receipts.ts'
import { consult } from '../src/engine/consent/consult.ts'
import { decideConsent } from '../src/engine/consent/decide.ts'
import type { UserRef } from '../src/engine/records.ts'
import { revokeGrant } from '../src/engine/tokens/revoke.ts'
import { eraseUser } from '../src/engine/users/erase.ts'
import { CHAIN_START, nextLink } from '../src/receipt-chain/chain.ts'
import { type ChainWriter, startChainWriter } from '../src/receipt-chain/chain-writer.ts'
import {
  type Checkpoint,
  createCheckpointSigner,
  openCheckpoint,
} from '../src/receipt-chain/checkpoints.ts'
import { type ExportedLink, verifyChains } from '../src/receipt-chain/verify.ts'
import { openPostgresStore } from '../src/stores/postgres/store.ts'
import { openSqliteStore } from '../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../src/stores/store-handle.ts'
import { type MemoryEngine, RECEIPT_KEYS, startMemoryEngine } from './support/memory.ts'
import { createTestStore, type TestStore } from './support/stores.ts'

const NOW = 1_800_000_000
const PRESENCE = { firstScreen: false, deepLink: false, visible: true, userGestureAt: NOW }
const PUBLIC_KEY = createPublicKey(RECEIPT_KEYS.key)
const PUBLIC_KEYS = new Map([['assertion-1', PUBLIC_KEY]])

let folder: string
let database: TestStore
let store: StoreHandle
let engine: MemoryEngine
let chainer: ChainWriter

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assent-audit-'))
  database = await createTestStore(`sqlite:${join(folder, 'assent.db')}`)
  store = database.url.startsWith('sqlite:')
    ? openSqliteStore(database.url.slice('sqlite:'.length))
    : await openPostgresStore(database.url)
  engine = await startMemoryEngine(['auth_base', 'auth_user', 'USER_NAME'], store)
  const { key } = RECEIPT_KEYS
  chainer = startChainWriter({
    store,
    signHead: createCheckpointSigner({
      key,
      keyId: 'assertion-1',
      issuer: 'https://a.example',
      clock: () => NOW,
    }),
    headsFile: join(folder, 'heads.log'),
    onError: (error) => expect.fail(String(error)),
    chainEveryMilliseconds: 3_600_000,
    signEveryMilliseconds: 3_600_000,
  })
})
afterEach(async () => {
  await chainer.stop()
  await engine.close()
  await database.remove()
  rmSync(folder, { recursive: true, force: true })
})

async function decide(user: UserRef, granted: readonly string[]): Promise<void> {
  const { ports } = engine
  const query = { appId: 'app-a', scopes: [{ scope: 'auth_user' }, { scope: 'USER_NAME' }] }
  const consulted = await consult(ports, { user, query, presence: PRESENCE }, NOW)
  if (consulted.kind !== 'consent') throw new Error('no sheet')
  const { consentRequestId, sheetHash } = consulted
  await decideConsent(ports, { consentRequestId, sheetHash, granted }, NOW)
}

const userOf = (name: string): UserRef => ({ walletId: 'w', userId: name })

async function chained(): Promise<ExportedLink[]> {
  while ((await chainer.chain()) > 0);
  await chainer.sign()
  const links = await store.readChain('w', 0, 10_000)
  return links.map((link) => ({ walletId: 'w', ...link }))
}

async function signedHeads(): Promise<readonly Checkpoint[]> {
  const lines = readFileSync(join(folder, 'heads.log'), 'utf8').split('\n').filter(Boolean)
  return Promise.all(lines.map((line) => openCheckpoint(line, PUBLIC_KEYS)))
}

/** Hashes that fit, for links that do not. */
function rehashed(links: readonly ExportedLink[]): ExportedLink[] {
  let head = CHAIN_START
  return links.map((link) => {
    head = nextLink(head, link.document)
    return { ...link, ...head }
  })
}

describe('a receipt', () => {
  it('says what was shown and decided, is signed, and names the user only under the user’s key', async () => {
    const user = userOf('canary-user')
    await decide(user, ['auth_user'])
    await revokeGrant(engine.ports, { user, appId: 'app-a' }, NOW)
    const [grant] = await store.listGrants(user)
    const receipts = await store.listReceipts([grant?.grantId ?? 0], 10)
    expect(receipts.map(({ event }) => event).sort()).toEqual(['partial', 'withdrawn'])
    const partial = receipts.find(({ event }) => event === 'partial')
    const record = openReceipt(partial?.document ?? '', PUBLIC_KEY)
    if (!record) throw new Error('it does not verify')
    expect(record).toMatchObject({
      schema: 'ISO/IEC TS 27560:2023',
      event: { type: 'partial', actor: 'user' },
      principalId: grant?.subject,
      notice: { language: 'en' },
      controller: { clientId: 'a' },
      miniProgram: { appId: 'app-a', verified: true },
      withdrawal: 'Wallet › Privacy',
    })
    const states = record.processing.map(({ scope, state, personalData, lawfulBasis }) => ({
      scope,
      state,
      fields: personalData.length,
      lawfulBasis,
    }))
    expect(states).toEqual([
      { scope: 'auth_user', state: 'granted', fields: 5, lawfulBasis: 'consent' },
      { scope: 'USER_NAME', state: 'refused', fields: 1, lawfulBasis: 'consent' },
    ])
    expect(Buffer.from(partial?.document ?? '').toString()).not.toContain('canary')
    expect(JSON.stringify(record)).not.toContain('canary')
    const wrapped = (await store.readUserKey(user)) ?? Buffer.alloc(0)
    const { vault } = RECEIPT_KEYS
    expect(openPrincipal(record, vault, user, wrapped)).toBe('w/canary-user')
    // Neither under another user's key, nor as part of another receipt.
    await decide(userOf('other'), [])
    const others = (await store.readUserKey(userOf('other'))) ?? Buffer.alloc(0)
    expect(() => openPrincipal(record, vault, user, others)).toThrow(/vault-1\.key/)
    expect(() => openPrincipal({ ...record, recordId: 'x' }, vault, user, wrapped)).toThrow()
    const altered = (partial?.document ?? '').replace(/.(?=[^.]*$)/, (last) =>
      last === 'A' ? 'B' : 'A',
    )
    expect(openReceipt(altered, PUBLIC_KEY)).toBeUndefined()
  })

  it('is of the kind that the decision was', async () => {
    const user = userOf('u')
    await decide(user, [])
    await decide(userOf('v'), ['auth_user', 'USER_NAME'])
    const kinds = async (name: string) => {
      const [grant] = await store.listGrants(userOf(name))
      const receipts = await store.listReceipts([grant?.grantId ?? 0], 10)
      return receipts.map(({ event }) => event)
    }
    expect(await kinds('u')).toEqual(['refused'])
    expect(await kinds('v')).toEqual(['granted'])
  })
})

describe('the chain', () => {
  let links: ExportedLink[]
  let heads: readonly Checkpoint[]
  beforeEach(async () => {
    for (let n = 0; n < 12; n++) {
      await decide(userOf(`user-${n}`), n % 2 === 0 ? ['auth_user'] : [])
      if (n === 7) await chained()
    }
    links = await chained()
    heads = await signedHeads()
  })

  it('is gapless, and verifies', async () => {
    expect(links.map(({ sequence }) => sequence)).toEqual(links.map((_, index) => index + 1))
    expect(heads.map(({ sequence }) => sequence)).toEqual([8, 12])
    const verified = await verifyChains(links, heads, PUBLIC_KEYS)
    expect(verified.problems).toEqual([])
    expect(verified.links).toBe(12)
  })

  const other = (link: ExportedLink | undefined): ExportedLink => {
    if (!link) throw new Error('there is no link')
    const [header = '', body = '', signature = ''] = link.document.split('.')
    const text = Buffer.from(body, 'base64url').toString().replace('"granted"', '"refused"')
    return {
      ...link,
      document: [header, Buffer.from(text).toString('base64url'), signature].join('.'),
    }
  }

  it.each<[string, (all: ExportedLink[]) => ExportedLink[], RegExp]>([
    ['edited', (all) => all.with(4, other(all[4])), /does not follow|not what was signed/],
    [
      'edited, with hashes that fit',
      (all) => rehashed(all.with(4, other(all[4]))),
      /not what was signed/,
    ],
    ['deleted', (all) => all.toSpliced(4, 1), /missing/],
    [
      'deleted, with hashes that fit',
      (all) => rehashed(all.toSpliced(4, 1)),
      /written anew|cut off/,
    ],
    ['inserted', (all) => all.toSpliced(4, 0, all[2] as ExportedLink), /added/],
    [
      'inserted, with hashes that fit',
      (all) => rehashed(all.toSpliced(4, 0, all[2] as ExportedLink)),
      /written anew/,
    ],
    [
      'reordered',
      (all) => all.with(3, all[4] as ExportedLink).with(4, all[3] as ExportedLink),
      /out of order/,
    ],
    [
      'reordered, with hashes that fit',
      (all) => rehashed(all.with(3, all[4] as ExportedLink).with(4, all[3] as ExportedLink)),
      /written anew/,
    ],
    ['cut off', (all) => all.slice(0, 10), /cut off/],
    ['cut off at a head', (all) => all.slice(0, 8), /cut off/],
    [
      'written anew from the start',
      (all) => rehashed(all.slice(1).concat(all[0] as ExportedLink)),
      /written anew/,
    ],
    ['gone', () => [], /cut off/],
  ])('%s: is found', async (_name, alter, problem) => {
    const { problems } = await verifyChains(alter(links), heads, PUBLIC_KEYS)
    expect(problems.join('\n')).toMatch(problem)
  })

  it('verifies under the key that each names, also when there is a newer one', async () => {
    const next = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    const both = new Map([...PUBLIC_KEYS, ['assertion-2', next]])
    expect((await verifyChains(links, heads, both)).problems).toEqual([])
    const other = await verifyChains(links, [], new Map([['assertion-1', next]]))
    expect(other.problems).toHaveLength(12)
    const none = await verifyChains(links, [], new Map([['assertion-2', PUBLIC_KEY]]))
    expect(none.problems).toHaveLength(12)
  })

  it('a head that this platform has not signed is none', async () => {
    const [first = ''] = readFileSync(join(folder, 'heads.log'), 'utf8').split('\n')
    const [header, body, signature] = first.split('.')
    const claims = Buffer.from(body ?? '', 'base64url')
      .toString()
      .replace(':8', ':9')
    const forged = [header, Buffer.from(claims).toString('base64url'), signature].join('.')
    await expect(openCheckpoint(forged, PUBLIC_KEYS)).rejects.toThrow()
  })
})

describe('erasure', () => {
  const USERS = 1000

  it(`${USERS} users leave nothing that can be read, and the chain stands`, async () => {
    for (let n = 0; n < USERS; n++) await decide(userOf(`canary-${n}`), ['auth_user'])
    await decide(userOf('stays'), ['auth_user'])
    const before = await chained()
    expect(await everything()).toContain('canary-7')
    for (let n = 0; n < USERS; n++) await eraseUser(engine.ports, userOf(`canary-${n}`), NOW + 1)
    const links = await chained()
    expect(await everything()).not.toContain('canary')
    const verified = await verifyChains(links, await signedHeads(), PUBLIC_KEYS)
    expect(verified.problems).toEqual([])
    // Each left a receipt of its withdrawal, and none of its person.
    expect(links.length).toBe(before.length + USERS)
    expect(await store.listGrants(userOf('stays'))).toHaveLength(1)
  }, 120_000)

  async function everything(): Promise<string> {
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'))
    return [...files, (await database.dump?.()) ?? ''].join('\n')
  }
})
