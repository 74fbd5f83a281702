/**
 * @module `assent audit` and `assent erase`: proving what users decided, and forgetting who they were.
 */
import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { openHead, type SignedHead } from '../audit/heads.ts'
import { type ExportedLink, verifyChains } from '../audit/verify.ts'
import { type LoadedConfig, loadConfig } from '../config.ts'
import { eraseUser } from '../engine/erase.ts'
import type { ReceiptStore } from '../engine/ports.ts'
import type { UserRef } from '../engine/records.ts'
import { buildRegistry } from '../registry.ts'
import { keyFolderOf, openStore } from '../server.ts'
import { openKeyFolder, type PublicKeys } from '../signing/key-folder.ts'
import { createReceipts } from '../signing/receipts.ts'

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
  const keys = jwks === undefined ? ownKeys(config as LoadedConfig) : keysOf(jwks)
  const headsFile =
    sources.heads ??
    (config?.auditHeads === undefined ? undefined : resolve(config.folder, config.auditHeads))
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
    const { jose, vault } = openKeyFolder(keyFolderOf(loaded))
    const receipts = createReceipts({
      store,
      key: jose.key,
      keyId: jose.id,
      vault,
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
  for (const { tenant } of await store.listChainHeads()) {
    let after = 0
    for (;;) {
      const links = await store.readChain(tenant, after, PAGE)
      for (const link of links) yield { tenant, ...link }
      if (links.length < PAGE) break
      after = links.at(-1)?.sequence ?? after
    }
  }
}

async function* linksOfFile(path: string): AsyncGenerator<ExportedLink> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (line !== '') yield JSON.parse(line) as ExportedLink
  }
}

async function readHeads(path: string, keys: PublicKeys): Promise<readonly SignedHead[]> {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  return Promise.all(lines.map((line) => openHead(line, keys)))
}

function ownKeys(config: LoadedConfig): PublicKeys {
  return openKeyFolder(keyFolderOf(config)).jose.publicKeys
}

/** As they stand at `/oauth2/jwks`. */
function keysOf(path: string): PublicKeys {
  const { keys } = JSON.parse(readFileSync(path, 'utf8')) as {
    keys: readonly (JsonWebKey & { readonly kid?: string })[]
  }
  return new Map(
    keys.map((key) => [key.kid ?? '', createPublicKey({ key, format: 'jwk' })] as const),
  )
}
