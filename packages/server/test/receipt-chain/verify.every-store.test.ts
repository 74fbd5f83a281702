/**
 * @module Receipts and their chain: verification detects every alteration, and an erased user disappears while the chain stays valid.
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openPrincipal, openReceipt } from '../../src/crypto/records/receipts.ts'
import { consult } from '../../src/engine/consent/consult.ts'
import { decideConsent } from '../../src/engine/consent/decide.ts'
import type { UserRef } from '../../src/engine/records.ts'
import { revokeGrant } from '../../src/engine/tokens/revoke.ts'
import { eraseUser } from '../../src/engine/users/erase.ts'
import { CHAIN_START, nextLink } from '../../src/receipt-chain/chain.ts'
import { type ChainWriter, startChainWriter } from '../../src/receipt-chain/chain-writer.ts'
import {
  type Checkpoint,
  createCheckpointSigner,
  openCheckpoint,
} from '../../src/receipt-chain/checkpoints.ts'
import { type ExportedLink, verifyChains } from '../../src/receipt-chain/verify.ts'
import { writeChange } from '../../src/registry/changes/change-writer.ts'
import { openPostgresStore } from '../../src/stores/postgres/store.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../../src/stores/store-handle.ts'
import { causeOf, updateOf } from '../stores/records.ts'
import { INSTALLATION } from '../support/installation.ts'
import { TEST_INTEGRITY } from '../support/integrity.ts'
import { type MemoryEngine, RECEIPT_KEYS, startMemoryEngine } from '../support/memory.ts'
import { createTestStore, type TestStore } from '../support/stores.ts'

const NOW = 1_800_000_000
const PRESENCE = { firstScreen: false, deepLink: false, visible: true, userGestureAt: NOW }
const ENVIRONMENT = INSTALLATION.environment
const PUBLIC_KEY = createPublicKey(RECEIPT_KEYS.key)
const PUBLIC_KEYS = new Map([['assertion-1', PUBLIC_KEY]])

let folder: string
let database: TestStore
let store: StoreHandle
let engine: MemoryEngine
let chainWriter: ChainWriter

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assent-receipts-'))
  database = await createTestStore(`sqlite:${join(folder, 'assent.db')}`)
  store = database.url.startsWith('sqlite:')
    ? openSqliteStore(database.url.slice('sqlite:'.length), { integrity: TEST_INTEGRITY })
    : await openPostgresStore(database.url, { integrity: TEST_INTEGRITY })
  engine = await startMemoryEngine(['auth_base', 'auth_user', 'USER_NAME'], store)
  const { key } = RECEIPT_KEYS
  chainWriter = startChainWriter({
    store,
    signCheckpoint: createCheckpointSigner({
      signingKey: () => ({ id: 'assertion-1', key }),
      ...INSTALLATION,
      clock: () => NOW,
    }),
    checkpointsFile: join(folder, 'checkpoints.log'),
    onError: (error) => expect.fail(String(error)),
    chainIntervalMilliseconds: 3_600_000,
    checkpointIntervalMilliseconds: 3_600_000,
  })
})
afterEach(async () => {
  await chainWriter.stop()
  await engine.close()
  await database.remove()
  rmSync(folder, { recursive: true, force: true })
})

async function decide(user: UserRef, granted: readonly string[]): Promise<void> {
  const { ports } = engine
  const query = { appId: 'app-a', scopes: [{ scope: 'auth_user' }, { scope: 'USER_NAME' }] }
  const consulted = await consult(ports, { user, query, presence: PRESENCE }, NOW)
  if (consulted.kind !== 'consent') throw new Error('no consent prompt')
  const { consentRequestId, sheetHash } = consulted
  await decideConsent(ports, { consentRequestId, sheetHash, granted }, NOW)
}

const userOf = (name: string): UserRef => ({ walletId: 'w', userId: name })

async function writeChain(): Promise<ExportedLink[]> {
  while ((await chainWriter.chain()) > 0);
  await chainWriter.writeCheckpoints()
  const links = await store.readChain('w', 0, 10_000)
  return links.map((link) => ({ walletId: 'w', ...link }))
}

async function readCheckpoints(): Promise<readonly Checkpoint[]> {
  const lines = readFileSync(join(folder, 'checkpoints.log'), 'utf8').split('\n').filter(Boolean)
  return Promise.all(lines.map((line) => openCheckpoint(line, PUBLIC_KEYS)))
}

/** Recomputes the hashes of altered links, as an attacker with access to the database would. */
function rehashed(links: readonly ExportedLink[]): ExportedLink[] {
  let head = CHAIN_START
  return links.map((link) => {
    head = nextLink(head, link.document)
    return { ...link, ...head }
  })
}

describe('the change log of the registry', () => {
  it('has a signed checkpoint of its head, once for each head', async () => {
    const change = await writeChange(store, causeOf(), [updateOf()])
    await chainWriter.writeCheckpoints()
    await chainWriter.writeCheckpoints()
    const { sequence, hash } = change
    expect(await readCheckpoints()).toEqual([
      { environment: ENVIRONMENT, sequence, hash, signedAt: NOW },
    ])
  })
})

describe('a receipt', () => {
  it('is signed, records the prompt and the decision, and names the user only encrypted with the user’s key', async () => {
    const user = userOf('canary-user')
    await decide(user, ['auth_user'])
    await revokeGrant(engine.ports, { user, appId: 'app-a' }, NOW)
    const [grant] = await store.listGrants(user)
    const receipts = await store.listReceipts([grant?.grantId ?? 0], 10)
    expect(receipts.map(({ event }) => event).sort()).toEqual(['partial', 'withdrawn'])
    const partial = receipts.find(({ event }) => event === 'partial')
    const record = openReceipt(partial?.document ?? '', PUBLIC_KEY)
    if (!record) throw new Error('the signature is invalid')
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
    const encryptedKey = (await store.readUserKey(user)) ?? Buffer.alloc(0)
    const { userKeyEncryptionKey: kek } = RECEIPT_KEYS
    expect(openPrincipal(record, kek, user, encryptedKey)).toBe('w/canary-user')
    // Neither the key of another user nor the ID of another receipt decrypts the user.
    await decide(userOf('other'), [])
    const otherKey = (await store.readUserKey(userOf('other'))) ?? Buffer.alloc(0)
    expect(() => openPrincipal(record, kek, user, otherKey)).toThrow(/user-kek-1\.key/)
    expect(() => openPrincipal({ ...record, recordId: 'x' }, kek, user, encryptedKey)).toThrow()
    const altered = (partial?.document ?? '').replace(/.(?=[^.]*$)/, (last) =>
      last === 'A' ? 'B' : 'A',
    )
    expect(openReceipt(altered, PUBLIC_KEY)).toBeUndefined()
  })

  it('has the event type of the decision', async () => {
    const user = userOf('u')
    await decide(user, [])
    await decide(userOf('v'), ['auth_user', 'USER_NAME'])
    const eventTypes = async (name: string) => {
      const [grant] = await store.listGrants(userOf(name))
      const receipts = await store.listReceipts([grant?.grantId ?? 0], 10)
      return receipts.map(({ event }) => event)
    }
    expect(await eventTypes('u')).toEqual(['refused'])
    expect(await eventTypes('v')).toEqual(['granted'])
  })
})

describe('the chain', () => {
  let links: ExportedLink[]
  let checkpoints: readonly Checkpoint[]
  beforeEach(async () => {
    for (let n = 0; n < 12; n++) {
      await decide(userOf(`user-${n}`), n % 2 === 0 ? ['auth_user'] : [])
      if (n === 7) await writeChain()
    }
    links = await writeChain()
    checkpoints = await readCheckpoints()
  })

  it('has no gaps and verifies', async () => {
    expect(links.map(({ sequence }) => sequence)).toEqual(links.map((_, index) => index + 1))
    expect(checkpoints.map(({ sequence }) => sequence)).toEqual([8, 12])
    const result = await verifyChains(links, checkpoints, PUBLIC_KEYS, ENVIRONMENT)
    expect(result.problems).toEqual([])
    expect(result.links).toBe(12)
  })

  const edited = (link: ExportedLink | undefined): ExportedLink => {
    if (!link) throw new Error('the link is missing')
    const [header = '', body = '', signature = ''] = link.document.split('.')
    const text = Buffer.from(body, 'base64url').toString().replace('"granted"', '"refused"')
    return {
      ...link,
      document: [header, Buffer.from(text).toString('base64url'), signature].join('.'),
    }
  }

  it.each<[string, (all: ExportedLink[]) => ExportedLink[], RegExp]>([
    [
      'an edited receipt',
      (all) => all.with(4, edited(all[4])),
      /does not match its receipt[\s\S]*signature .* is invalid/,
    ],
    [
      'an edited receipt with recomputed hashes',
      (all) => rehashed(all.with(4, edited(all[4]))),
      /signature of the receipt is invalid/,
    ],
    ['a deleted receipt', (all) => all.toSpliced(4, 1), /missing/],
    [
      'a deleted receipt with recomputed hashes',
      (all) => rehashed(all.toSpliced(4, 1)),
      /rewritten|truncated/,
    ],
    ['an inserted receipt', (all) => all.toSpliced(4, 0, all[2] as ExportedLink), /added/],
    [
      'an inserted receipt with recomputed hashes',
      (all) => rehashed(all.toSpliced(4, 0, all[2] as ExportedLink)),
      /rewritten/,
    ],
    [
      'reordered receipts',
      (all) => all.with(3, all[4] as ExportedLink).with(4, all[3] as ExportedLink),
      /out of order/,
    ],
    [
      'reordered receipts with recomputed hashes',
      (all) => rehashed(all.with(3, all[4] as ExportedLink).with(4, all[3] as ExportedLink)),
      /rewritten/,
    ],
    ['a truncated chain', (all) => all.slice(0, 10), /truncated/],
    ['a chain truncated at an earlier checkpoint', (all) => all.slice(0, 8), /truncated/],
    [
      'a chain rewritten from the start',
      (all) => rehashed(all.slice(1).concat(all[0] as ExportedLink)),
      /rewritten/,
    ],
    ['a missing chain', () => [], /truncated/],
  ])('verification detects %s', async (_name, alter, problem) => {
    const { problems } = await verifyChains(alter(links), checkpoints, PUBLIC_KEYS, ENVIRONMENT)
    expect(problems.join('\n')).toMatch(problem)
  })

  it('verifies each receipt with the key that it names, also after a rotation', async () => {
    const next = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    const both = new Map([...PUBLIC_KEYS, ['assertion-2', next]])
    expect((await verifyChains(links, checkpoints, both, ENVIRONMENT)).problems).toEqual([])
    const wrongKey = await verifyChains(links, [], new Map([['assertion-1', next]]), ENVIRONMENT)
    expect(wrongKey.problems).toHaveLength(12)
    const unknownKey = await verifyChains(
      links,
      [],
      new Map([['assertion-2', PUBLIC_KEY]]),
      ENVIRONMENT,
    )
    expect(unknownKey.problems).toHaveLength(12)
  })

  it('reports the receipts of another environment, which has the same keys', async () => {
    const { problems } = await verifyChains(links, [], PUBLIC_KEYS, 'staging')
    expect(problems).toHaveLength(12)
    expect(problems[0]).toContain('The receipt is of the environment production, not of staging.')
    expect(checkpoints.every(({ environment }) => environment === ENVIRONMENT)).toBe(true)
  })

  it('rejects a forged checkpoint', async () => {
    const [first = ''] = readFileSync(join(folder, 'checkpoints.log'), 'utf8').split('\n')
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

  it(`of ${USERS} users removes their IDs from the store, and the chain still verifies`, async () => {
    for (let n = 0; n < USERS; n++) await decide(userOf(`canary-${n}`), ['auth_user'])
    await decide(userOf('stays'), ['auth_user'])
    const before = await writeChain()
    expect(await readStoredBytes()).toContain('canary-7')
    for (let n = 0; n < USERS; n++) await eraseUser(engine.ports, userOf(`canary-${n}`), NOW + 1)
    const links = await writeChain()
    expect(await readStoredBytes()).not.toContain('canary')
    const result = await verifyChains(links, await readCheckpoints(), PUBLIC_KEYS, ENVIRONMENT)
    expect(result.problems).toEqual([])
    // Each erasure adds one receipt of the withdrawal, without the user.
    expect(links.length).toBe(before.length + USERS)
    expect(await store.listGrants(userOf('stays'))).toHaveLength(1)
  }, 120_000)

  async function readStoredBytes(): Promise<string> {
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'))
    return [...files, (await database.dump?.()) ?? ''].join('\n')
  }
})
