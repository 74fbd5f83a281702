/**
 * @module `assent audit`: verifies and exports the chains of consent receipts.
 */
import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { loadConfig } from '../../config/load.ts'
import type { LoadedConfig } from '../../config/loaded-config.ts'
import { keyFolderOf } from '../../config/store.ts'
import { readKeyEncryptionKey } from '../../crypto/keys/key-encryption-key.ts'
import type { PublicKeys } from '../../crypto/keys/key-ring.ts'
import { openPlatformKeys } from '../../crypto/keys/platform-keys.ts'
import { isAboutUser, isKeyOfUser, readReceipt } from '../../crypto/records/receipts.ts'
import type { ReceiptStore } from '../../engine/store/receipts.ts'
import { installationOf, platformKeysOf } from '../../main/resources.ts'
import { type Checkpoint, openCheckpoint } from '../../receipt-chain/checkpoints.ts'
import {
  createSignatureCheck,
  type ExportedLink,
  type VerificationResult,
  verifyChains,
} from '../../receipt-chain/verify.ts'
import { type RecordVerification, verifyRecords } from '../../receipt-chain/verify-records.ts'
import { type ChangeVerification, verifyChanges } from '../../registry/changes/verify-changes.ts'
import type { StoreHandle } from '../../stores/store-handle.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { withStore } from '../store.ts'
import { orUsageError, readGiven, UsageError } from '../usage-error.ts'

const PAGE_SIZE = 1000
const MAX_PRINTED = 100

type AuditResult = VerificationResult & {
  readonly checkpoints: number
  /** Absent for an export, which contains receipts only. */
  readonly records?: RecordVerification
  readonly registry?: ChangeVerification
}

/** The sources of receipts, checkpoints and public keys. The defaults are the store, the configured file and the keys of the store. */
type AuditSources = {
  readonly config: string
  readonly file?: string | undefined
  readonly checkpoints?: string | undefined
  readonly jwks?: string | undefined
  readonly environment?: string | undefined
}

/** The exit code is 1 when a receipt was altered. */
export const verifyAuditCommand = defineCommand({
  name: 'audit verify',
  usages: [
    {
      syntax:
        'audit verify --config assent.yaml [--file FILE] [--checkpoints FILE] [--jwks FILE] [--environment NAME]',
      help: 'Verifies that no consent receipt was altered or removed, and that no row of the database was edited.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    file: { type: 'string', help: 'An export to verify in place of the store.' },
    checkpoints: {
      type: 'string',
      help: 'The checkpoints to compare with. Default: the file in the configuration.',
    },
    jwks: {
      type: 'string',
      help: 'The public keys of the platform, from /oauth2/jwks. Default: the keys of the store.',
    },
    environment: {
      type: 'string',
      help: 'The environment of the receipts. Default: that of the configuration.',
    },
  },
  async run(sources) {
    const startedAt = performance.now()
    const result = await verifyAudit(sources)
    printResult(result, (performance.now() - startedAt) / 1000)
    const { problems: altered, records, registry } = result
    const problems = [altered, records?.problems ?? [], registry?.problems ?? []].flat()
    if (problems.length > 0) process.exitCode = 1
  },
})

export const exportAudit = defineCommand({
  name: 'audit export',
  usages: [
    {
      syntax: 'audit export --config assent.yaml --out FILE',
      help: 'Writes all receipts to a file, to be verified elsewhere.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    out: { type: 'string', help: 'The file to write, one receipt per line.' },
  },
  async run({ config, out }) {
    if (out === undefined) throw new UsageError('--out must be the file to write.')
    print(`${await exportChains(config, out)} receipts were written to ${out}.`)
  },
})

function printResult(result: AuditResult, seconds: number): void {
  const { links, checkpoints, heads, problems, records, registry } = result
  print(`${links} receipts, ${checkpoints} checkpoints, verified in ${seconds.toFixed(1)} s`)
  for (const [walletId, { sequence, hash }] of heads) print(`${walletId}\t${sequence}\t${hash}`)
  if (checkpoints === 0)
    print('There is no checkpoint to compare with, so a complete rewrite cannot be detected.')
  for (const problem of problems) print(problem)
  print(problems.length === 0 ? 'No receipt was altered.' : 'Receipts were altered.')
  if (records) printRecords(records)
  if (registry) printRegistry(registry)
}

function printRecords({ grants, receipts, events, problems }: RecordVerification): void {
  print(`${grants} grants and ${events} events compared with ${receipts} receipts`)
  printProblems(problems)
  print(problems.length === 0 ? 'No row was edited.' : 'The database was edited.')
}

function printRegistry({ changes, records, problems }: ChangeVerification): void {
  print(`${changes} changes of the registry with ${records} records`)
  printProblems(problems)
  print(problems.length === 0 ? 'The registry was not edited.' : 'The registry was edited.')
}

function printProblems(problems: readonly string[]): void {
  for (const problem of problems.slice(0, MAX_PRINTED)) print(problem)
  if (problems.length > MAX_PRINTED) print(`… and ${problems.length - MAX_PRINTED} more.`)
}

/** @returns the number of receipts that were written */
function exportChains(config: string, out: string): Promise<number> {
  return withStore(config, async (store) => {
    let count = 0
    await pipeline(
      async function* () {
        for await (const link of linksOfStore(store)) {
          count++
          yield `${JSON.stringify(link)}\n`
        }
      },
      createWriteStream(out, { mode: 0o600 }),
    )
    return count
  })
}

export async function verifyAudit(sources: AuditSources): Promise<AuditResult> {
  const { file, jwks } = sources
  const config = file !== undefined && jwks !== undefined ? undefined : loadConfig(sources.config)
  const keys = jwks === undefined ? await ownKeys(config as LoadedConfig) : await readJwks(jwks)
  const checkpointsFile = sources.checkpoints ?? existingCheckpointsFile(config)
  const environment = sources.environment ?? environmentOf(config)
  const all = checkpointsFile === undefined ? [] : await readCheckpoints(checkpointsFile, keys)
  // A file that several installations append to by mistake raises no alarm.
  const checkpoints = all.filter((one) => one.environment === environment)
  if (file !== undefined) {
    const result = await verifyChains(linksOfFile(file), checkpoints, keys, environment)
    return { ...result, checkpoints: checkpoints.length }
  }
  return verifyStore(config as LoadedConfig, checkpoints, keys, environment)
}

async function verifyStore(
  config: LoadedConfig,
  checkpoints: readonly Checkpoint[],
  publicKeys: PublicKeys,
  environment: string,
): Promise<AuditResult> {
  const userKeyEncryptionKey = readKeyEncryptionKey(keyFolderOf(config))
  const forged = new Set<string>()
  const forgedInRegistry = new Set<string>()
  const verify = async (store: StoreHandle): Promise<AuditResult> => {
    const links = linksOfStore(store)
    const chains = await verifyChains(links, checkpoints, publicKeys, environment)
    const records = await verifyRecords({
      reader: store.audit,
      store,
      read: readReceipt,
      isSigned: createSignatureCheck(publicKeys),
      isKeyOf: (...key) => isKeyOfUser(userKeyEncryptionKey, ...key),
      isAbout: (...receipt) => isAboutUser(userKeyEncryptionKey, ...receipt),
      now: Math.floor(Date.now() / 1000),
    })
    const signedHeads = checkpoints.filter(({ walletId }) => walletId === undefined)
    const registry = await verifyChanges(store.audit, signedHeads)
    const problems = [...forged, ...records.problems]
    return {
      ...chains,
      checkpoints: checkpoints.length,
      records: { ...records, problems },
      registry: { ...registry, problems: [...forgedInRegistry, ...registry.problems] },
    }
  }
  return withStore(config, verify, (kind, id) => {
    const row = `${kind.replace('registry-', 'registry ')} ${id}`
    const found = row.startsWith('registry ') ? forgedInRegistry : forged
    found.add(`${row}: Its row was changed without Assent, and permits nothing.`)
  })
}

/** With --file and --jwks, no configuration is read. */
function environmentOf(config: LoadedConfig | undefined): string {
  return installationOf(config ?? { issuer: '' }).environment
}

async function* linksOfStore(
  store: Pick<ReceiptStore, 'listChainHeads' | 'readChain'>,
): AsyncGenerator<ExportedLink> {
  for (const { walletId } of await store.listChainHeads()) {
    let after = 0
    for (;;) {
      const links = await store.readChain(walletId, after, PAGE_SIZE)
      for (const link of links) yield { walletId, ...link }
      if (links.length < PAGE_SIZE) break
      after = links.at(-1)?.sequence ?? after
    }
  }
}

async function* linksOfFile(path: string): AsyncGenerator<ExportedLink> {
  const file = await orUsageError(`${path} cannot be read`, () => open(path))
  let number = 0
  for await (const line of file.readLines()) {
    number++
    if (line !== '')
      yield await orUsageError(`${path}:${number} is not a receipt`, () => parseLink(line))
  }
}

function parseLink(line: string): ExportedLink {
  const link: unknown = JSON.parse(line)
  if (!linkSchema.Check(link))
    throw new Error(
      'members of the format of `assent audit export` are missing or have the wrong type',
    )
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

/** The file does not exist before the first checkpoint is signed. */
function existingCheckpointsFile(config: LoadedConfig | undefined): string | undefined {
  if (config?.receiptCheckpoints === undefined) return undefined
  const path = resolve(config.folder, config.receiptCheckpoints)
  return existsSync(path) ? path : undefined
}

async function readCheckpoints(path: string, keys: PublicKeys): Promise<readonly Checkpoint[]> {
  const lines = (await readGiven(path)).split('\n').filter(Boolean)
  return Promise.all(
    lines.map((line, index) =>
      orUsageError(`${path}:${index + 1} is not a checkpoint`, () => openCheckpoint(line, keys)),
    ),
  )
}

function ownKeys(config: LoadedConfig): Promise<PublicKeys> {
  return withStore(config, async (store) => {
    const { keys } = await openPlatformKeys(platformKeysOf(config, store))
    return keys.assertion.publicKeys()
  })
}

/** A JWK Set as `/oauth2/jwks` returns it. */
async function readJwks(path: string): Promise<PublicKeys> {
  const text = await readGiven(path)
  return orUsageError(`${path} is not a JWK Set`, () => {
    const { keys } = JSON.parse(text) as {
      keys: readonly (JsonWebKey & { readonly kid?: string })[]
    }
    return new Map(
      keys.map((key) => [key.kid ?? '', createPublicKey({ key, format: 'jwk' })] as const),
    )
  })
}
