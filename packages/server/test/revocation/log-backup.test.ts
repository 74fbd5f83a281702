/**
 * @module The revocation backup: after a restore, the store has the revocations again that its older copy lacks.
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
import { TEST_INTEGRITY } from '../support/integrity.ts'
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
const GRANTED = { a: { grantedAt: NOW, since: 1 }, b: { grantedAt: NOW, since: 1 } }

let folder: string
const at = (name: string): string => join(folder, name)
const rethrow = (error: unknown): void => {
  throw error
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-backup-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Copies a database that is not open. */
function copyDatabase(): void {
  for (const suffix of ['', '-wal']) {
    if (existsSync(at(`a.db${suffix}`))) copyFileSync(at(`a.db${suffix}`), at(`copy.db${suffix}`))
  }
}

/** Runs a node: restores missing revocations, does some work, and backs up the log. @returns what was restored */
async function runNode(
  database: string,
  work: (store: StoreHandle) => Promise<void> = async () => {},
): Promise<readonly Revocation[]> {
  const store = openSqliteStore(at(database), { integrity: TEST_INTEGRITY })
  const backup = await openRevocationBackup(at('revocations.log'), rethrow)
  const restored = await backup.restoreMissing(store, NOW)
  await work(store)
  backup.append((await store.readRevocations(undefined)).entries)
  await backup.close()
  await store.close()
  return restored
}

async function consentAndLogIn(store: StoreHandle): Promise<void> {
  const grant = await store.openGrant(grantOf({ epoch: 0, granted: {} }))
  await store.replaceGrant({ ...grant, epoch: 1, granted: GRANTED }, false)
  await store.redeemCode(authorizationOf())
  await store.redeemCode(authorizationOf({ authorizationId: hexId(NOW, 7) }))
}

async function revokeAll(store: StoreHandle): Promise<void> {
  const { grant } = (await store.readGrantState(grantOf().grantId, hexId(NOW, 7))) ?? {}
  if (!grant) throw new Error('the grant is missing')
  const { b } = GRANTED
  await store.replaceGrant({ ...grant, epoch: 2, granted: { b } }, true)
  await store.endAuthorization(authorizationOf().authorizationId, NOW)
  await store.revokeIssuedThrough('client', 'client', NOW)
}

describe('a node with a backup', () => {
  it('writes the entries of the revocation log to the file', async () => {
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
  it('receives the revocations since its copy was made, once', async () => {
    await runNode('a.db', consentAndLogIn)
    copyDatabase()
    await runNode('a.db', revokeAll)
    const restored = await runNode('copy.db')
    expect(restored.map(({ kind }) => kind).sort()).toEqual(['authorization', 'client', 'grant'])
    const store = openSqliteStore(at('copy.db'), { integrity: TEST_INTEGRITY })
    const state = await store.readGrantState(grantOf().grantId, authorizationOf().authorizationId)
    expect(state?.grant).toMatchObject({ epoch: 2, granted: {} })
    expect(state?.authorization?.endedAt).toBe(NOW)
    expect((await store.readRevocations(undefined)).entries).toHaveLength(3)
    await store.close()
    expect(await runNode('copy.db')).toEqual([])
  })

  it('receives nothing when it is complete', async () => {
    await runNode('a.db', consentAndLogIn)
    await runNode('a.db', revokeAll)
    expect(await runNode('a.db')).toEqual([])
  })

  it('receives missing revocations when it has assigned their numbers to others', async () => {
    await runNode('a.db', consentAndLogIn)
    copyDatabase()
    await runNode('a.db', revokeAll)
    const other = openSqliteStore(at('copy.db'), { integrity: TEST_INTEGRITY })
    for (const id of ['x', 'y', 'z']) await other.revokeIssuedThrough('miniProgram', id, NOW)
    await other.close()
    expect(await runNode('copy.db')).toHaveLength(3)
  })

  it('is completed from a file whose last line was cut off', async () => {
    await runNode('a.db', consentAndLogIn)
    copyDatabase()
    await runNode('a.db', revokeAll)
    const text = readFileSync(at('revocations.log'), 'utf8')
    writeFileSync(at('revocations.log'), text.slice(0, -10))
    expect(await runNode('copy.db')).toHaveLength(2)
    expect(await runNode('copy.db')).toEqual([])
  })

  it('is completed from a file with the names of earlier versions', async () => {
    await runNode('a.db', consentAndLogIn)
    const lines = [
      { sequence: 1, at: NOW, kind: 'grant', grantId: grantOf().grantId, epoch: 2, voidBefore: 2 },
      { sequence: 2, at: NOW, kind: 'client', id: 'client', voidUntil: NOW - 7 },
      { sequence: 3, at: NOW, kind: 'client', id: 'other', voidUntil: NOW },
      { repeated: `3 ${NOW} client other` },
    ]
    writeFileSync(at('revocations.log'), lines.map((line) => JSON.stringify(line)).join('\n'))
    expect(await runNode('a.db')).toEqual([
      { sequence: 1, createdAt: NOW, kind: 'grant', grantId: grantOf().grantId, epoch: 2 },
      { sequence: 2, createdAt: NOW, kind: 'client', id: 'client', revokedThrough: NOW - 7 },
    ])
    const store = openSqliteStore(at('a.db'), { integrity: TEST_INTEGRITY })
    await store.internClient('client')
    const state = await store.readGrantState(grantOf().grantId, hexId(NOW, 7))
    expect(state).toMatchObject({ grant: { epoch: 2, granted: {} }, revokedThrough: NOW - 7 })
    await store.close()
    expect(await runNode('a.db')).toEqual([])
  })

  it('does not start with a file that is not a backup', async () => {
    writeFileSync(at('revocations.log'), '\nwallets:\n')
    await expect(openRevocationBackup(at('revocations.log'), rethrow)).rejects.toThrow(
      'revocations.log:2 is not a line of a revocation backup',
    )
  })
})
