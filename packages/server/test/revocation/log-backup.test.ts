/**
 * @module A store that was restored from an older copy brings nothing back that was revoked since (issue: operation).
 */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Revocation } from '../../src/engine/records.ts'
import { openRevocationBackup } from '../../src/revocation/log-backup.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../../src/stores/store-handle.ts'
import { authorizationOf, grantOf, hexId } from '../stores/records.ts'
import {
  APP_ID,
  codeFor,
  redeem,
  startTestServer,
  testConfig,
  USER_ID,
  walletCall,
} from '../support/server.ts'

const NOW = 1_800_000_000
const HELD = { a: { grantedAt: NOW, since: 1 }, b: { grantedAt: NOW, since: 1 } }

let folder: string
const at = (name: string): string => join(folder, name)
const rethrow = (error: unknown): void => {
  throw error
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-archive-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Of a database that nobody has open. */
function copyDatabase(): void {
  for (const suffix of ['', '-wal']) {
    if (existsSync(at(`a.db${suffix}`))) copyFileSync(at(`a.db${suffix}`), at(`copy.db${suffix}`))
  }
}

/** A node's life: what is lacking is repeated, then what happens is written. */
async function live(
  database: string,
  happen: (store: StoreHandle) => Promise<void> = async () => {},
): Promise<readonly Revocation[]> {
  const store = openSqliteStore(at(database))
  const archive = await openRevocationBackup(at('revocations.log'), rethrow)
  const repeated = await archive.restoreMissing(store, NOW)
  await happen(store)
  archive.append((await store.readRevocations(undefined)).entries)
  await archive.close()
  await store.close()
  return repeated
}

async function consentAndLogIn(store: StoreHandle): Promise<void> {
  const grant = await store.openGrant(grantOf({ epoch: 0, granted: {} }))
  await store.replaceGrant({ ...grant, epoch: 1, granted: HELD }, false)
  await store.redeemCode(authorizationOf())
  await store.redeemCode(authorizationOf({ authorizationId: hexId(NOW, 7) }))
}

async function revokeAll(store: StoreHandle): Promise<void> {
  const { grant } = (await store.readGrantState(grantOf().grantId, hexId(NOW, 7))) ?? {}
  if (!grant) throw new Error('the grant is missing')
  const { b } = HELD
  await store.replaceGrant({ ...grant, epoch: 2, granted: { b } }, true)
  await store.endAuthorization(authorizationOf().authorizationId, NOW)
  await store.revokeIssuedThrough('client', 'client', NOW)
}

describe('a node with an archive', () => {
  it('writes what it hears of the revocation log', async () => {
    const server = await startTestServer({ ...testConfig(), revocationBackup: at('node.log') })
    await redeem(server, await codeFor(server, ['auth_base']))
    await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID })
    await expect
      .poll(() => readFileSync(at('node.log'), 'utf8'), { timeout: 10_000, interval: 20 })
      .toMatch(/^\n\{"sequence":1,.*"kind":"grant".*\}\n$/)
    await server.close()
  })
})

describe('a restored store', () => {
  it('learns again what was revoked since the copy was made, once', async () => {
    await live('a.db', consentAndLogIn)
    copyDatabase()
    await live('a.db', revokeAll)
    const repeated = await live('copy.db')
    expect(repeated.map(({ kind }) => kind).sort()).toEqual(['authorization', 'client', 'grant'])
    const store = openSqliteStore(at('copy.db'))
    const standing = await store.readGrantState(
      grantOf().grantId,
      authorizationOf().authorizationId,
    )
    expect(standing?.grant).toMatchObject({ epoch: 2, granted: {} })
    expect(standing?.authorization?.endedAt).toBe(NOW)
    expect((await store.readRevocations(undefined)).entries).toHaveLength(3)
    await store.close()
    expect(await live('copy.db')).toEqual([])
  })

  it('that was not restored repeats nothing', async () => {
    await live('a.db', consentAndLogIn)
    await live('a.db', revokeAll)
    expect(await live('a.db')).toEqual([])
  })

  it('that has given the numbers to other lines learns what it lacks', async () => {
    await live('a.db', consentAndLogIn)
    copyDatabase()
    await live('a.db', revokeAll)
    const other = openSqliteStore(at('copy.db'))
    for (const id of ['x', 'y', 'z']) await other.revokeIssuedThrough('miniProgram', id, NOW)
    await other.close()
    expect(await live('copy.db')).toHaveLength(3)
  })

  it('learns from a file whose last line was cut off', async () => {
    await live('a.db', consentAndLogIn)
    copyDatabase()
    await live('a.db', revokeAll)
    const text = readFileSync(at('revocations.log'), 'utf8')
    writeFileSync(at('revocations.log'), text.slice(0, -10))
    expect(await live('copy.db')).toHaveLength(2)
    expect(await live('copy.db')).toEqual([])
  })

  it('reads the lines of earlier versions, which have other field names', async () => {
    await live('a.db', consentAndLogIn)
    const lines = [
      { sequence: 1, at: NOW, kind: 'grant', grantId: grantOf().grantId, epoch: 2, voidBefore: 2 },
      { sequence: 2, at: NOW, kind: 'client', id: 'client', voidUntil: NOW - 7 },
      { sequence: 3, at: NOW, kind: 'client', id: 'other', voidUntil: NOW },
      { repeated: `3 ${NOW} client other` },
    ]
    writeFileSync(at('revocations.log'), lines.map((line) => JSON.stringify(line)).join('\n'))
    expect(await live('a.db')).toEqual([
      { sequence: 1, createdAt: NOW, kind: 'grant', grantId: grantOf().grantId, epoch: 2 },
      { sequence: 2, createdAt: NOW, kind: 'client', id: 'client', revokedThrough: NOW - 7 },
    ])
    const store = openSqliteStore(at('a.db'))
    await store.internClient('client')
    const state = await store.readGrantState(grantOf().grantId, hexId(NOW, 7))
    expect(state).toMatchObject({ grant: { epoch: 2, granted: {} }, revokedThrough: NOW - 7 })
    await store.close()
    expect(await live('a.db')).toEqual([])
  })

  it('a file that is not an archive stops the node', async () => {
    writeFileSync(at('revocations.log'), '\nwallets:\n')
    await expect(openRevocationBackup(at('revocations.log'), rethrow)).rejects.toThrow(
      'revocations.log:2 is no line of a revocation archive',
    )
  })
})
