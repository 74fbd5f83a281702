/**
 * @module The platform's public keys by version. They are configured, or fetched from the platform and fetched again when it
 * announces new ones.
 *
 * @see docs/merchants.md
 */
import { KeyObject } from 'node:crypto'
import { describeFailure, requireHttps } from './connection.ts'
import { type KeyInput, readPublicKey } from './keys.ts'

/**
 * The platform's public keys by version, as `assent keys show` lists them.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import type { PlatformKeySet } from '@assent/merchant'
 *
 * export const platformKeys: PlatformKeySet = {
 *   1: readFileSync('platform-1.pem'),
 *   2: readFileSync('platform-2.pem'),
 * }
 * ```
 * @see docs/merchants.md
 */
export type PlatformKeySet = Readonly<Record<number, KeyInput>>

/**
 * The keys with which the platform signs: one key for every version, keys by version, or the URL at which the platform publishes
 * them. Only a URL follows a key rotation by itself. Its keys are trusted because of the certificate of that server.
 *
 * @example
 * ```ts
 * import type { PlatformKeys } from '@assent/merchant'
 *
 * export const platformKeys: PlatformKeys = {
 *   url: 'https://assent.wallet.example/.well-known/assent/reply-keys',
 * }
 * ```
 * @see docs/merchants.md
 */
export type PlatformKeys = KeyInput | PlatformKeySet | { readonly url: string }

export interface PlatformKeyRing {
  /**
   * Makes sure that there are keys, before something is sent that can be sent only once.
   * @throws {Error} when they cannot be fetched
   */
  load(): Promise<void>
  /**
   * The keys that can have signed a message with this version in its header. All, when it names none.
   * @throws {Error} when they cannot be fetched
   */
  find(keyVersion: number | undefined): Promise<readonly KeyObject[]>
}

/** @throws {TypeError} when a key or the URL cannot be used */
export function createPlatformKeyRing(
  platformKeys: PlatformKeys,
  fetchKeys: typeof fetch,
): PlatformKeyRing {
  if (isUrl(platformKeys)) return createFetchedKeyRing(platformKeys.url, fetchKeys)
  const keys = readPlatformKeys(platformKeys)
  return { load: async () => {}, find: async (keyVersion) => findKeys(keys, keyVersion) }
}

function isUrl(keys: PlatformKeys): keys is { readonly url: string } {
  return typeof keys === 'object' && 'url' in keys && typeof keys.url === 'string'
}

/** Keys by version, or one key for every version. */
export type PublicKeys = KeyObject | ReadonlyMap<number, KeyObject>

/** @throws {TypeError} */
export function readPlatformKeys(keys: KeyInput | PlatformKeySet): PublicKeys {
  if (isKey(keys)) return readPublicKey('platformKeys', keys)
  const entries = Object.entries(keys as Readonly<Record<string, KeyInput>>)
  if (entries.length === 0)
    throw new TypeError('platformKeys is empty. Pass a key of the platform.')
  return new Map(
    entries.map(([version, key]) => {
      if (!/^\d+$/.test(version))
        throw new TypeError(`platformKeys has the version ${version}, which is not a number.`)
      return [Number(version), readPublicKey(`platformKeys[${version}]`, key)]
    }),
  )
}

function isKey(keys: KeyInput | PlatformKeySet): keys is KeyInput {
  return typeof keys === 'string' || keys instanceof Uint8Array || keys instanceof KeyObject
}

export function findKeys(keys: PublicKeys, keyVersion: number | undefined): readonly KeyObject[] {
  if (keys instanceof KeyObject) return [keys]
  if (keyVersion === undefined) return [...keys.values()]
  const key = keys.get(keyVersion)
  return key ? [key] : []
}

const DEFAULT_MAX_AGE_SECONDS = 300
/** Keys that were fetched longer ago are not trusted: the platform may have taken one back. */
const MAX_STALE_SECONDS = 86_400
/** A header with an unknown version, which anybody can send, causes at most one request in this time. */
const MIN_FETCH_INTERVAL_SECONDS = 5
const FETCH_TIMEOUT_MS = 5000
const MAX_DOCUMENT_CHARACTERS = 64 * 1024

type FetchedKeys = {
  readonly keys: ReadonlyMap<number, KeyObject>
  readonly fetchedAt: number
  readonly maxAgeSeconds: number
}

/** @param now in seconds */
export function createFetchedKeyRing(
  url: string,
  fetchKeys: typeof fetch,
  now: () => number = () => performance.now() / 1000,
): PlatformKeyRing {
  requireHttps('The URL of platformKeys', url)
  let fetched: FetchedKeys | undefined
  let pending: Promise<FetchedKeys> | undefined
  let attemptedAt = Number.NEGATIVE_INFINITY
  let failure: unknown

  const mayFetch = (): boolean => now() - attemptedAt >= MIN_FETCH_INTERVAL_SECONDS

  async function fetchOnce(): Promise<FetchedKeys> {
    attemptedAt = now()
    try {
      fetched = { ...(await fetchDocument(url, fetchKeys)), fetchedAt: attemptedAt }
      return fetched
    } catch (error) {
      failure = error
      throw error
    } finally {
      pending = undefined
    }
  }

  function refetch(): Promise<FetchedKeys> {
    pending ??= fetchOnce()
    return pending
  }

  /** Keys that are too old are fetched in the background, while they are still trusted. */
  async function current(): Promise<FetchedKeys> {
    const age = fetched ? now() - fetched.fetchedAt : Number.POSITIVE_INFINITY
    if (!fetched || age > MAX_STALE_SECONDS) {
      if (!pending && !mayFetch()) throw failure
      return refetch()
    }
    if (age > fetched.maxAgeSeconds && mayFetch()) refetch().catch(() => {})
    return fetched
  }

  return {
    async load() {
      await current()
    },
    async find(keyVersion) {
      const { keys } = await current()
      if (keyVersion === undefined || keys.has(keyVersion)) return findKeys(keys, keyVersion)
      if (!pending && !mayFetch()) return []
      return findKeys((await refetch()).keys, keyVersion)
    },
  }
}

async function fetchDocument(
  url: string,
  fetchKeys: typeof fetch,
): Promise<Omit<FetchedKeys, 'fetchedAt'>> {
  try {
    const response = await fetchKeys(url, {
      redirect: 'manual',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    })
    const text = await response.text()
    if (response.status !== 200) throw new Error(`the status is ${response.status}, not 200`)
    const keys = readDocument(text)
    return { keys, maxAgeSeconds: maxAgeSeconds(response.headers) }
  } catch (cause) {
    const reason = describeFailure(cause, FETCH_TIMEOUT_MS)
    throw new Error(`The platform's keys cannot be fetched from ${url}: ${reason}.`, { cause })
  }
}

type KeyDocument = {
  readonly keys?: readonly {
    readonly keyVersion?: unknown
    algorithm?: unknown
    publicKey?: unknown
  }[]
}

/** Entries that cannot be used, such as those of a future algorithm, are left out: their signatures do not verify. */
function readDocument(text: string): ReadonlyMap<number, KeyObject> {
  if (text.length > MAX_DOCUMENT_CHARACTERS) throw new Error('the document is too long')
  const { keys = [] } = JSON.parse(text) as KeyDocument
  const entries = keys.flatMap(({ keyVersion, algorithm, publicKey }) => {
    if (
      algorithm !== 'RSA256' ||
      !Number.isSafeInteger(keyVersion) ||
      typeof publicKey !== 'string'
    )
      return []
    try {
      return [[keyVersion as number, readPublicKey('publicKey', publicKey)] as const]
    } catch {
      return []
    }
  })
  if (entries.length === 0) throw new Error('the document has no key that can be used')
  return new Map(entries)
}

function maxAgeSeconds(headers: Headers): number {
  const [, seconds] = /max-age=(\d{1,9})/.exec(headers.get('cache-control') ?? '') ?? []
  return seconds === undefined ? DEFAULT_MAX_AGE_SECONDS : Number(seconds)
}
