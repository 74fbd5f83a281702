/**
 * @module Measures `assent audit verify` on an export: every link and every signature of a receipt chain.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { verifyAudit } from '../../packages/server/dist/cli/commands/audit.js'
import { createReceipts } from '../../packages/server/dist/crypto/records/receipts.js'
import type { ReceiptRecord } from '../../packages/server/dist/engine/receipt-records.js'
import { CHAIN_START, nextLink } from '../../packages/server/dist/receipt-chain/chain.js'
import { createCheckpointSigner } from '../../packages/server/dist/receipt-chain/checkpoints.js'
import { format } from './results.ts'

const RECEIPTS = 1_000_000
const CHECKPOINT_INTERVAL = 100_000

export async function measureAudit(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-bench-audit-'))
  try {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const files = {
      file: join(folder, 'receipts.ndjson'),
      checkpoints: join(folder, 'checkpoints.log'),
      jwks: join(folder, 'jwks.json'),
    }
    writeFileSync(
      files.jwks,
      JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'assertion-1' }] }),
    )
    const checkpoints: string[] = []
    const createdAt = performance.now()
    await pipeline(links(privateKey, checkpoints), createWriteStream(files.file))
    writeFileSync(files.checkpoints, checkpoints.join('\n'))
    const secondsToCreate = (performance.now() - createdAt) / 1000
    const startedAt = performance.now()
    const result = await verifyAudit({ config: '', ...files })
    const seconds = (performance.now() - startedAt) / 1000
    if (result.problems.length > 0) throw new Error(result.problems[0])
    const size = statSync(files.file).size / 2 ** 20
    console.log(
      `created ${format(RECEIPTS)} receipts (${format(size)} MiB) in ${secondsToCreate.toFixed(0)} s`,
    )
    console.log(
      `verified ${format(result.links)} links, their signatures and ${result.checkpoints} checkpoints in ${seconds.toFixed(1)} s: ${format(result.links / seconds)}/s`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const INSTALLATION = { environment: 'bench', issuer: 'https://assent.example' }

type PrivateKey = ReturnType<Parameters<typeof createReceipts>[0]['keys']['current']>['key']

async function* links(key: PrivateKey, checkpoints: string[]): AsyncGenerator<string> {
  let encryptedKey: Uint8Array | undefined
  const receipts = createReceipts({
    store: {
      findOrCreateUserKey: async (_user, newKey) => {
        encryptedKey ??= newKey
        return encryptedKey
      },
    },
    keys: { current: () => ({ id: 'assertion-1', key }) },
    userKeyEncryptionKey: randomBytes(32),
    installation: INSTALLATION,
  })
  const signCheckpoint = createCheckpointSigner({
    signingKey: () => ({ id: 'assertion-1', key }),
    ...INSTALLATION,
    clock: () => 1_800_000_000,
  })
  const user = { walletId: 'w', userId: 'user-1' }
  let head = CHAIN_START
  for (let n = 1; n <= RECEIPTS; n++) {
    const document = await receipts.sign({ ...RECORD, recordId: `r-${n}` }, user)
    head = nextLink(head, document)
    if (n % CHECKPOINT_INTERVAL === 0)
      checkpoints.push(await signCheckpoint({ walletId: 'w', ...head }))
    yield `${JSON.stringify({ walletId: 'w', receiptId: `r-${n}`, ...head, document })}\n`
  }
}

/** A receipt of typical size. */
const RECORD: ReceiptRecord = {
  schema: 'ISO/IEC TS 27560:2023',
  recordId: '',
  event: { type: 'granted', time: '2026-11-24T10:00:00+00:00', actor: 'user' },
  principalId: 'p'.repeat(24),
  notice: { version: '2026-11', hash: 'h'.repeat(43), language: 'en' },
  controller: {
    clientId: 'merchant',
    name: 'Merchant Inc.',
    country: 'PH',
    contact: 'a@b.example',
  },
  miniProgram: { appId: 'app', name: 'App', verified: true },
  wallet: { walletId: 'w', name: 'Wallet' },
  processing: [
    {
      scope: 'auth_user',
      title: 'see your basic profile',
      purpose: 'To put your name and picture on the card.',
      personalData: ['status', 'nickName', 'avatar', 'gender', 'nationality'],
      state: 'granted',
      lawfulBasis: 'consent',
      required: true,
      lifetime: '30d',
      validUntil: '2026-12-24T10:00:00+00:00',
      sheetHash: 'h'.repeat(43),
    },
  ],
  recipients: [],
  withdrawal: 'Wallet › Privacy',
}
