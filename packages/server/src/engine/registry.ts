/**
 * @module The registry: scopes, merchants, mini programs and wallets as the operator declares them.
 */
import type { UserField } from '@assent/protocol'

/** How much care a scope needs: `restricted` ones are the most sensitive. */
export type Tier = 'basic' | 'sensitive' | 'restricted'

export type ScopeText = {
  /** Completes “would like to”. */
  readonly title: string
  readonly description: string
}

export type ScopeEntry = {
  readonly scope: string
  /** Granted without asking: it opens the pairwise id and nothing else. */
  readonly silent: boolean
  readonly tier: Tier
  /** The fields of the user that it opens. */
  readonly fields: readonly UserField[]
  /** Name of an icon of the consent page. */
  readonly icon: string
  /** By BCP 47 language. `en` is always there. */
  readonly texts: Readonly<Record<string, ScopeText>>
}

/** How a client wants to be told: in our words, in those of AMS, or as a Security Event Token (RFC 8417). */
export type NotifyFormat = 'assent' | 'ams' | 'set'

export type Client = {
  readonly clientId: string
  /** Interned: what credentials carry instead of the id. */
  readonly number: number
  readonly name: string
  readonly active: boolean
  readonly accessTokenLifetimeSeconds: number
  readonly refreshTokenLifetimeSeconds: number
  readonly redirectUris: readonly string[]
  /** Where its notifications go, and how they look. Without a URL, it fetches them itself (RFC 8936). */
  readonly notify?: { readonly url?: string; readonly format: NotifyFormat }
}

export type MiniProgram = {
  readonly appId: string
  readonly clientId: string
  readonly name: string
  /** URL, or empty for a letter tile. */
  readonly icon: string
  readonly domains: readonly string[]
  readonly scopes: ReadonlySet<string>
  readonly active: boolean
}

/** An OpenAPI that granted scopes open. */
export type Api = {
  readonly name: string
  /** The scopes that open it. Never empty. */
  readonly scopes: readonly string[]
  /** Whether one of them is enough, or all are needed. */
  readonly requires: 'any' | 'all'
  /** What each scope opens of the answer, as paths such as `cards[].brand`. Absent: the answer passes whole. */
  readonly fields?: Readonly<Record<string, readonly string[]>>
  /** With `sensitive` and `restricted` ones, a withdrawal counts at once. */
  readonly tier: Tier
}

export type Wallet = {
  readonly walletId: string
  readonly name: string
  /** What merchants call it in `customerBelongsTo`. */
  readonly customerBelongsTo: string
  /** Where its users withdraw, as it reads on the sheet. */
  readonly settingsPath: string
  /** Origins of its web hosts: they may frame the consent page and are told when it is done. */
  readonly origins: readonly string[]
  /** Where a user is sent to answer a prepared request. */
  readonly authorizeUrl?: string
}

export type Registry = {
  readonly scopes: ReadonlyMap<string, ScopeEntry>
  readonly clients: ReadonlyMap<string, Client>
  readonly clientsByNumber: ReadonlyMap<number, Client>
  readonly miniPrograms: ReadonlyMap<string, MiniProgram>
  readonly wallets: ReadonlyMap<string, Wallet>
  readonly apis: ReadonlyMap<string, Api>
}

/** The fields that these scopes open, in a fixed order. */
export function openedFields(registry: Registry, scopes: readonly string[]): readonly UserField[] {
  return [...new Set(scopes.flatMap((scope) => registry.scopes.get(scope)?.fields ?? []))].sort()
}

/** The mini program of an active client, or `undefined`. */
export function activeMiniProgram(
  registry: Registry,
  appId: string,
): { readonly miniProgram: MiniProgram; readonly client: Client } | undefined {
  const miniProgram = registry.miniPrograms.get(appId)
  const client = miniProgram && registry.clients.get(miniProgram.clientId)
  return client?.active && miniProgram?.active ? { miniProgram, client } : undefined
}
