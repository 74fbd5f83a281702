/**
 * @module What the commands that change something have in common: who acts and why, the line of the change log, and the targets of
 * emergencies.
 * @see docs/emergencies.md
 */
import { hostname, userInfo } from 'node:os'
import type { LoadedConfig } from '../config/loaded-config.ts'
import type { EmergencyCause } from '../engine/emergencies.ts'
import { STANDARD_SCOPES } from '../engine/standard-scopes.ts'
import type { OperatorActionTarget } from '../engine/store/operator-actions.ts'
import type { ChangeCause, RegistryStore } from '../engine/store/registry.ts'
import { type ChangeStore, writeChange } from '../registry/changes/change-writer.ts'
import type { ClientDocument } from '../registry/records/client.ts'
import type { MiniProgramDocument } from '../registry/records/mini-program.ts'
import type { Options } from './command.ts'
import { UsageError } from './usage-error.ts'

export const TARGET_OPTIONS = {
  client: { type: 'string', help: 'The clientId of a merchant.' },
  'key-version': { type: 'string', help: 'With --client: only this key of the merchant.' },
  'mini-program': { type: 'string', help: 'The appId of a mini program.' },
  scope: { type: 'string', help: 'The name of a scope.' },
  force: {
    type: 'boolean',
    default: false,
    help: 'Also for an id that the registry does not have, such as one that was removed.',
  },
} as const satisfies Options

/** Who acts, and why. */
export const CAUSE_OPTIONS = {
  actor: { type: 'string', help: 'Who acts. Default: the user of the operating system.' },
  reason: { type: 'string', help: 'Why. It is recorded, so never name a user.' },
} as const satisfies Options

export const CAUSE_SYNTAX = '[--reason TEXT] [--actor NAME]'

export type CauseValues = {
  readonly actor?: string | undefined
  readonly reason?: string | undefined
}

type TargetValues = {
  readonly client?: string | undefined
  readonly 'key-version'?: string | undefined
  readonly 'mini-program'?: string | undefined
  readonly scope?: string | undefined
  readonly force?: boolean | undefined
}

const MAX_TEXT_LENGTH = 256

/** @throws {UsageError} unless exactly one target is named */
export function parseTarget(values: TargetValues): OperatorActionTarget {
  const { client, scope, 'key-version': version, 'mini-program': appId } = values
  const named = Object.entries({ client, 'mini-program': appId, scope }).filter(
    ([, value]) => value !== undefined,
  )
  const [[option, target] = []] = named
  if (option === undefined || target === undefined || named.length > 1)
    throw new UsageError('Use one of --client ID, --mini-program ID and --scope NAME.')
  if (version === undefined) return { kind: KINDS[option] ?? 'client', target, keyVersion: 0 }
  if (option !== 'client' || !/^[1-9]\d{0,8}$/.test(version))
    throw new UsageError('--key-version must be the version of a key, with --client.')
  return { kind: 'key', target, keyVersion: Number(version) }
}

const KINDS: Readonly<Record<string, OperatorActionTarget['kind']>> = {
  client: 'client',
  'mini-program': 'miniProgram',
  scope: 'scope',
}

/** Where ids are looked up: what the file declares, which a node may not have read yet, and then the registry. */
export type KnownRecords = {
  readonly config: LoadedConfig
  readonly store: Pick<RegistryStore, 'readRecord'>
}

/** @throws {UsageError} when the id is a mistake: suspending nothing must not look like success */
export async function requireKnownTarget(
  known: KnownRecords,
  { kind, target, keyVersion }: OperatorActionTarget,
): Promise<void> {
  if (kind === 'scope') return requireKnown(await hasScope(known, target), 'scope', target)
  if (kind === 'miniProgram')
    return requireKnown((await ownerOf(known, target)) !== undefined, 'mini-program', target)
  const keys = await keyVersionsOf(known, target)
  requireKnown(keys !== undefined, 'client', target)
  if (keyVersion !== 0 && !keys?.includes(keyVersion))
    throw new UsageError(`The client ${target} has no key with the version ${keyVersion}.`)
}

/** @throws {UsageError} */
export function requireKnown(isKnown: boolean, option: string, id: string): void {
  if (!isKnown)
    throw new UsageError(
      `--${option} ${id} is not in the registry. Check the id; with --force, the command acts anyway.`,
    )
}

/** @returns `undefined` for an unknown client */
export async function keyVersionsOf(
  { config, store }: KnownRecords,
  clientId: string,
): Promise<readonly number[] | undefined> {
  const declared = config.clients.find((client) => client.clientId === clientId)
  const record = declared ? undefined : await store.readRecord('client', clientId)
  const keys = declared?.keys ?? (record?.document as ClientDocument | undefined)?.keys
  return keys?.map(({ version }) => version)
}

/** @returns the clientId of the merchant that has the mini program; `undefined` when no one has it */
export async function ownerOf(
  { config, store }: KnownRecords,
  appId: string,
): Promise<string | undefined> {
  const declaring = config.clients.find(({ miniPrograms }) =>
    miniPrograms.some((app) => app.appId === appId),
  )
  if (declaring) return declaring.clientId
  const record = await store.readRecord('miniProgram', appId)
  return (record?.document as MiniProgramDocument | undefined)?.clientId
}

async function hasScope({ config, store }: KnownRecords, name: string): Promise<boolean> {
  const declared = [...STANDARD_SCOPES, ...(config.scopes ?? [])]
  if (declared.some(({ scope }) => scope === name)) return true
  return (await store.readRecord('scope', name)) !== undefined
}

/** @throws {UsageError} when the reason is missing or too long */
export function parseReason(reason: string | undefined): string {
  const text = reason?.trim() ?? ''
  if (text === '' || text.length > MAX_TEXT_LENGTH)
    throw new UsageError(
      `--reason must say why, in at most ${MAX_TEXT_LENGTH} characters. It is recorded with your name.`,
    )
  return text
}

/** @throws {UsageError} for an empty name */
export function parseActor(actor: string | undefined): string {
  const text = (actor ?? `${userName()}@${hostname()}`).trim()
  if (text === '') throw new UsageError('--actor must name who acts. It is recorded.')
  return text.slice(0, MAX_TEXT_LENGTH)
}

/** In a container, the user may be a number without a name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`
  }
}

/**
 * @param command what is recorded as the reason when none is given, such as `assent keys rotate`
 * @throws {UsageError}
 */
export function causeOf({ actor, reason }: CauseValues, command: string): ChangeCause {
  return {
    actor: parseActor(actor),
    source: 'command',
    reason: reason === undefined ? command : parseReason(reason),
    changedAt: Math.floor(Date.now() / 1000),
  }
}

/**
 * Writes the line of the change log for something that is no record of the registry. Commands call it before they change anything.
 * @param step a sentence. It outlives users, so it names none
 * @example await recordStep(store, causeOf(values, 'assent keys drop'), 'Deletes key reply-1 of the platform.')
 */
export async function recordStep(
  store: ChangeStore,
  cause: ChangeCause,
  step: string,
): Promise<void> {
  await writeChange(store, { ...cause, reason: `${step} ${cause.reason}` }, [])
}

/** The cause of an emergency, and how the engine writes a line for each of its steps. @throws {UsageError} */
export function emergencyOf({ actor, reason }: CauseValues): {
  readonly cause: EmergencyCause
  readonly now: number
  recorder(store: ChangeStore): (line: string) => Promise<void>
} {
  const cause = { actor: parseActor(actor), reason: parseReason(reason) }
  const now = Math.floor(Date.now() / 1000)
  return {
    cause,
    now,
    recorder: (store) => async (line) => {
      const { actor: by } = cause
      await writeChange(store, { actor: by, source: 'emergency', reason: line, changedAt: now }, [])
    },
  }
}
