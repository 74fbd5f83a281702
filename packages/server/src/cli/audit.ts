/**
 * @module `assent audit` and `assent erase`: proving what users decided, and forgetting who they were.
 */
import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { type LoadedConfig, loadConfig } from '../config/load.ts'
import { buildRegistry } from '../config/registry.ts'
import { openKeyStore, type PublicKeys } from '../crypto/keys/key-store.ts'
import { createReceipts } from '../crypto/receipts.ts'
import type { ReceiptStore } from '../engine/ports.ts'
import type { UserRef } from '../engine/records.ts'
import { eraseUser } from '../engine/users/erase.ts'
import { keyFolderOf, openStore } from '../main/start-server.ts'
import { type Checkpoint, openCheckpoint } from '../receipt-chain/checkpoints.ts'
import { type ExportedLink, verifyChains } from '../receipt-chain/verify.ts'
import { orUsageError, readGiven } from './usage-error.ts'

const PAGE = 1000

/** Where the links, the heads and the key come from. Without a file they come from the store and the keys folder. */
export type AuditSources = {
  readonly config: string
  readonly file?: string | undefined
  readonly heads?: string | undefined
  readonly jwks?: string | undefined
}

/** @returns how many links were written */
export async function exportChains(config: string, out: string): Promise<number> {
  let count = 0
  const loaded = loadConfig(config)
  const store = await openStore(loaded)
  try {
    await pipeline(
      async function* () {
        for await (const link of linksOfStore(store)) {
          count++
          yield `${JSON.stringify(link)}\n`
        }
      },
      createWriteStream(out, { mode: 0o600 }),
    )
  } finally {
    await store.close()
  }
  return count
}

export async function verifyAudit(
  sources: AuditSources,
): Promise<Awaited<ReturnType<typeof verifyChains>> & { readonly signedHeads: number }> {
  const { file, jwks } = sources
  const config = file !== undefined && jwks !== undefined ? undefined : loadConfig(sources.config)
  const keys = jwks === undefined ? ownKeys(config as LoadedConfig) : await keysOf(jwks)
  const headsFile = sources.heads ?? signedSoFar(config)
  const heads = headsFile === undefined ? [] : await readHeads(headsFile, keys)
  if (file !== undefined) {
    const verified = await verifyChains(linksOfFile(file), heads, keys)
    return { ...verified, signedHeads: heads.length }
  }
  const store = await openStore(config as LoadedConfig)
  try {
    const verified = await verifyChains(linksOfStore(store), heads, keys)
    return { ...verified, signedHeads: heads.length }
  } finally {
    await store.close()
  }
}

/** @returns how many grants were ended */
export async function eraseFromStore(config: string, user: UserRef): Promise<number> {
  const loaded = loadConfig(config)
  const store = await openStore(loaded)
  try {
    const { assertion, userKeyEncryptionKey } = openKeyStore(keyFolderOf(loaded))
    const receipts = createReceipts({
      store,
      key: assertion.key,
      keyId: assertion.id,
      vault: userKeyEncryptionKey,
      issuer: loaded.issuer,
    })
    const registry = await buildRegistry(loaded, store)
    return await eraseUser({ registry, store, receipts }, user, Math.floor(Date.now() / 1000))
  } finally {
    await store.close()
  }
}

async function* linksOfStore(
  store: Pick<ReceiptStore, 'listChainHeads' | 'readChain'>,
): AsyncGenerator<ExportedLink> {
  for (const { walletId } of await store.listChainHeads()) {
    let after = 0
    for (;;) {
      const links = await store.readChain(walletId, after, PAGE)
      for (const link of links) yield { walletId, ...link }
      if (links.length < PAGE) break
      after = links.at(-1)?.sequence ?? after
    }
  }
}

async function* linksOfFile(path: string): AsyncGenerator<ExportedLink> {
  const file = await orUsageError(`${path} cannot be read`, () => open(path))
  let number = 0
  for await (const line of file.readLines()) {
    number++
    if (line !== '') yield await orUsageError(`${path}:${number} is no receipt`, () => linkIn(line))
  }
}

function linkIn(line: string): ExportedLink {
  const link: unknown = JSON.parse(line)
  if (!linkSchema.Check(link)) throw new Error('it is not as `assent audit export` writes it')
  return link
}

const linkSchema = Compile(
  Type.Object({
    walletId: Type.String(),
    receiptId: Type.String(),
    document: Type.String(),
    sequence: Type.Integer(),
    hash: Type.String(),
  }),
)

/** Before the first head is signed there is no file. */
function signedSoFar(config: LoadedConfig | undefined): string | undefined {
  if (config?.receiptCheckpoints === undefined) return undefined
  const path = resolve(config.folder, config.receiptCheckpoints)
  return existsSync(path) ? path : undefined
}

async function readHeads(path: string, keys: PublicKeys): Promise<readonly Checkpoint[]> {
  const lines = (await readGiven(path)).split('\n').filter(Boolean)
  return Promise.all(
    lines.map((line, index) =>
      orUsageError(`${path}:${index + 1} is no signed head`, () => openCheckpoint(line, keys)),
    ),
  )
}

function ownKeys(config: LoadedConfig): PublicKeys {
  return openKeyStore(keyFolderOf(config)).assertion.publicKeys
}

/** As they stand at `/oauth2/jwks`. */
async function keysOf(path: string): Promise<PublicKeys> {
  const text = await readGiven(path)
  return orUsageError(`${path} is no set of keys`, () => {
    const { keys } = JSON.parse(text) as {
      keys: readonly (JsonWebKey & { readonly kid?: string })[]
    }
    return new Map(
      keys.map((key) => [key.kid ?? '', createPublicKey({ key, format: 'jwk' })] as const),
    )
  })
}
