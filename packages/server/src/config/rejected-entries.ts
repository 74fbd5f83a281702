/**
 * @module Leaves out the entries of assent.yaml whose texts or images cannot be shown. One of them does not keep the others from
 * working.
 * @see docs/configuration.md#entries-that-are-left-out
 */
import { STANDARD_SCOPES } from '../engine/standard-scopes.ts'
import type { Config } from './schema.ts'
import {
  type Client,
  isDeclared,
  type MiniProgram,
  type Scope,
  type Sections,
  type Wallet,
} from './sections.ts'
import type { ConfigIssue } from './yaml.ts'

/** The members of an entry that contain texts for users. */
export const TEXT_MEMBERS = {
  wallets: ['name', 'settingsPath'],
  scopes: ['texts'],
  clients: ['name', 'contact'],
  miniPrograms: ['name', 'purposes', 'recipients', 'retention', 'storageLocation'],
} as const

/** The entry or the image that an issue is about. */
const ENTRY =
  /^(?:wallets\/\d+\/theme\/logo|clients\/\d+\/miniPrograms\/\d+(?:\/icon)?|(?:wallets|clients|scopes)\/\d+)/

type Context = {
  /** The paths of entries and images. */
  readonly rejected: ReadonlySet<string>
  readonly former: Sections | undefined
}

/**
 * Removes what the issues are about: an image only, otherwise the whole entry. An entry that is in use keeps its former texts, and
 * takes over everything else.
 * @param former the entries that are in the registry
 */
export function withoutRejected(
  config: Config,
  issues: readonly ConfigIssue[],
  former: Sections | undefined,
): Config {
  const rejected = new Set(issues.map(({ path }) => ENTRY.exec(path)?.[0] ?? path))
  const context = { rejected, former }
  const scopes = config.scopes?.flatMap((scope, index) => keepScope(context, scope, index))
  const kept = {
    ...config,
    wallets: config.wallets.flatMap((wallet, index) => keepWallet(context, wallet, index)),
    clients: config.clients.flatMap((client, index) => keepClient(context, client, index)),
    ...(scopes && { scopes }),
  }
  return withoutUnknownScopes(kept)
}

function keepWallet(context: Context, wallet: Wallet, index: number): readonly Wallet[] {
  const path = `wallets/${index}`
  const { theme } = wallet
  const hasLogo = !context.rejected.has(`${path}/theme/logo`)
  const former = context.former?.wallets.find(({ walletId }) => walletId === wallet.walletId)
  return keepEntry(
    context,
    path,
    theme && !hasLogo ? { ...wallet, theme: omit(theme, ['logo']) } : wallet,
    former,
    TEXT_MEMBERS.wallets,
  )
}

function keepScope(context: Context, scope: Scope, index: number): readonly Scope[] {
  const former = context.former?.scopes?.find((one) => one.scope === scope.scope)
  return keepEntry(context, `scopes/${index}`, scope, former, TEXT_MEMBERS.scopes)
}

function keepClient(context: Context, client: Client, index: number): readonly Client[] {
  const path = `clients/${index}`
  const former = context.former?.clients
    .filter(isDeclared)
    .find(({ clientId }) => clientId === client.clientId)
  const miniPrograms = client.miniPrograms.flatMap((app, at) =>
    keepMiniProgram(context, `${path}/miniPrograms/${at}`, app, former),
  )
  const oauth = client.oauth?.filter(({ appId }) => miniPrograms.some((app) => app.appId === appId))
  const kept = { ...client, miniPrograms, ...(oauth && { oauth }) }
  return keepEntry(context, path, kept, former, TEXT_MEMBERS.clients)
}

function keepMiniProgram(
  context: Context,
  path: string,
  app: MiniProgram,
  client: Client | undefined,
): readonly MiniProgram[] {
  const former = client?.miniPrograms.find(({ appId }) => appId === app.appId)
  const shown = context.rejected.has(`${path}/icon`) ? omit(app, ['icon']) : app
  return keepEntry(context, path, shown, former, TEXT_MEMBERS.miniPrograms)
}

function keepEntry<Entry extends object>(
  { rejected }: Context,
  path: string,
  entry: Entry,
  former: Entry | undefined,
  textMembers: readonly (keyof Entry)[],
): readonly Entry[] {
  if (!rejected.has(path)) return [entry]
  if (!former) return []
  const formerTexts = Object.entries(former).filter(([name]) =>
    textMembers.some((member) => member === name),
  )
  return [{ ...omit(entry, textMembers), ...Object.fromEntries(formerTexts) } as Entry]
}

/** Without a scope, nobody can ask for it, and no API is open that needs it. */
function withoutUnknownScopes(config: Config): Config {
  const known = new Set([...STANDARD_SCOPES, ...(config.scopes ?? [])].map(({ scope }) => scope))
  const apis = config.apis?.filter(({ scopes }) => scopes.every((scope) => known.has(scope)))
  const clients = config.clients.map((client) => ({
    ...client,
    miniPrograms: client.miniPrograms.map((app) => ({
      ...app,
      scopes: app.scopes.filter((scope) => known.has(scope)),
    })),
  }))
  return { ...config, clients, ...(apis && { apis }) }
}

function omit<T extends object, K extends keyof T>(source: T, names: readonly K[]): Omit<T, K> {
  const entries = Object.entries(source).filter(([name]) => !names.some((one) => one === name))
  return Object.fromEntries(entries) as Omit<T, K>
}
