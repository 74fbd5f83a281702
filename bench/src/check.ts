/**
 * @module Measures how many access tokens one core checks per second in process, and how many checks read the store.
 */

import { createHash, randomBytes, randomInt } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { createMasterKeys } from '../../packages/server/dist/crypto/keys/master-keys.js'
import { createRecordIntegrity } from '../../packages/server/dist/crypto/records/record-integrity.js'
import { createSealedCredentials } from '../../packages/server/dist/crypto/sealed-credentials.js'
import type { Ports } from '../../packages/server/dist/engine/ports/ports.js'
import type { Registry } from '../../packages/server/dist/engine/registry.js'
import { checkAccessToken } from '../../packages/server/dist/engine/tokens/check.js'
import { writeChange } from '../../packages/server/dist/registry/changes/change-writer.js'
import { readRegistry } from '../../packages/server/dist/registry/live-registry.js'
import { createCredentialStatusReader } from '../../packages/server/dist/revocation/credential-status.js'
import { createGrantCache } from '../../packages/server/dist/revocation/grant-cache.js'
import { subscribeToRevocations } from '../../packages/server/dist/revocation/log-subscriber.js'
import { openSqliteStore } from '../../packages/server/dist/stores/sqlite/store.js'
import type { StoreHandle } from '../../packages/server/dist/stores/store-handle.js'
import { perSecond } from './baselines.ts'
import { median } from './closed-loop.ts'

/** Checks per turn of the event loop. */
const CHECKS_PER_TURN = 50
const TOKENS = 10_000
const GRANTS = 1000
const CLIENT = {
  clientId: 'bench',
  number: 1,
  name: 'Bench',
  active: true,
  accessTokenLifetimeSeconds: 3600,
  refreshTokenLifetimeSeconds: 86_400,
  redirectUris: [],
}
/** What the registry of the store contains. */
const UPDATES = [
  {
    kind: 'client',
    id: CLIENT.clientId,
    document: { clientId: CLIENT.clientId, name: CLIENT.name, keys: [] },
  },
  {
    kind: 'miniProgram',
    id: 'app',
    document: {
      appId: 'app',
      clientId: CLIENT.clientId,
      name: 'App',
      domains: [],
      scopes: ['auth_base', 'auth_user'],
      verified: true,
    },
  },
] as const

async function createRegistry(store: StoreHandle, changedAt: number): Promise<Registry> {
  const cause = { actor: 'bench', source: 'command' as const, reason: 'Benchmark.', changedAt }
  await writeChange(
    store,
    cause,
    UPDATES.map((one) => ({ ...one, follows: 0, owner: 'bench', references: [] })),
  )
  return readRegistry(store, { issuer: 'https://assent.example' })
}

export async function measureCheck(rounds: number): Promise<void> {
  const integrity = createRecordIntegrity(new Map([[1, Buffer.alloc(32)]]), () => {})
  const opened = openSqliteStore(':memory:', { integrity })
  const subscriber = await subscribeToRevocations(opened)
  let reads = 0
  const store = {
    ...opened,
    readGrantState: (...key: Parameters<typeof opened.readGrantState>) => {
      reads++
      return opened.readGrantState(...key)
    },
  }
  const grants = createGrantCache()
  const now = subscriber.now()
  const ports = {
    registry: await createRegistry(opened, now),
    store,
    credentialStatus: createCredentialStatusReader(store, subscriber, grants),
    credentials: createSealedCredentials(createMasterKeys(new Map([[1, randomBytes(32)]])), {
      environment: 'bench',
      issuer: 'https://assent.example',
    }),
  }
  const tokens = await issueTokens(ports, now)
  const check = (accessToken: string) =>
    checkAccessToken(ports, { client: CLIENT, accessToken }, now)
  const firstCheckAt = performance.now()
  for (const token of tokens) await check(token)
  const firstRate = (TOKENS * 1000) / (performance.now() - firstCheckAt)
  reads = 0
  const rates: number[] = []
  const digests: number[] = []
  for (let round = 0; round < rounds; round++) {
    let next = 0
    const some = async (operation: (token: string) => unknown): Promise<void> => {
      for (let n = 0; n < CHECKS_PER_TURN; n++) await operation(tokens[next++ % TOKENS] as string)
      // Yields to the event loop as between requests. Otherwise the revocation log would never be read.
      await setImmediate()
    }
    const digest = (token: string): Buffer => createHash('sha256').update(token).digest()
    rates.push(CHECKS_PER_TURN * (await perSecond(1, () => some(check))))
    digests.push(CHECKS_PER_TURN * (await perSecond(1, () => some(digest))))
  }
  await subscriber.stop()
  await opened.close()
  console.log(
    `\n${TOKENS} tokens of ${GRANTS} grants, one core, medians of ${rounds} rounds\n` +
      '\n| in process | per second |\n|---|---:|\n' +
      `| access tokens checked | ${Math.round(median(rates)).toLocaleString('en')} |\n` +
      `| access tokens checked for the first time | ${Math.round(firstRate).toLocaleString('en')} |\n` +
      `| baseline: SHA-256 of the token | ${Math.round(median(digests)).toLocaleString('en')} |\n` +
      `\n${reads} store reads after the first check of each token`,
  )
}

/** Issues tokens as a redemption does, each with a separate authorization. */
async function issueTokens(
  { store, credentials }: Pick<Ports, 'store' | 'credentials'>,
  now: number,
): Promise<readonly string[]> {
  const scopeSet = await store.internScopeSet(['auth_base', 'auth_user'])
  await store.internClient('bench')
  const grantedScope = { grantedAt: now, since: 1 }
  const grants = await Promise.all(
    Array.from({ length: GRANTS }, async (_, n) => {
      const grant = await store.openGrant({
        grantId: randomInt(2 ** 47),
        user: { walletId: 'w', userId: `u-${n}` },
        appId: 'app',
        clientNumber: 1,
        subject: `s-${n}`,
        epoch: 0,
        granted: {},
        denied: {},
      })
      const next = {
        ...grant,
        epoch: 1,
        granted: { auth_base: grantedScope, auth_user: grantedScope },
      }
      await store.replaceGrant(next, false)
      return next
    }),
  )
  return Promise.all(
    Array.from({ length: TOKENS }, async (_, n) => {
      const { grantId, epoch } = grants[n % GRANTS] as (typeof grants)[number]
      const authorizationId = randomBytes(16).toString('hex')
      await store.redeemCode({
        authorizationId,
        grantId,
        epoch,
        scopeSet,
        keyVersion: 1,
        generation: 0,
        redeemedAt: now,
        rotatedAt: now,
        expiresAt: now + 86_400,
      })
      return credentials.sealAccessToken({
        authorizationId,
        grantId,
        epoch,
        clientNumber: 1,
        scopeSet,
        issuedAt: now,
        expiresAt: now + 3600,
      })
    }),
  )
}
