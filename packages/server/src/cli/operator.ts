/**
 * @module What the commands for emergencies have in common: target, actor and reason.
 * @see docs/emergencies.md
 */
import { hostname, userInfo } from 'node:os'
import type { LoadedConfig } from '../config/loaded-config.ts'
import { random } from '../crypto/random.ts'
import type { OperatorAction, OperatorActionTarget } from '../engine/store/operator-actions.ts'
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
    help: 'Also for an id that assent.yaml does not have, such as one that was removed.',
  },
} as const satisfies Options

export const ACTOR_OPTION = {
  actor: { type: 'string', help: 'Who acts. Default: the user of the operating system.' },
} as const satisfies Options

type TargetValues = {
  readonly client?: string | undefined
  readonly 'key-version'?: string | undefined
  readonly 'mini-program'?: string | undefined
  readonly scope?: string | undefined
  readonly force?: boolean | undefined
}

const MAX_TEXT_LENGTH = 256

/** @throws {UsageError} unless exactly one target is named, and the configuration has it */
export function parseTarget(config: LoadedConfig, values: TargetValues): OperatorActionTarget {
  const { client, scope, force, 'key-version': version, 'mini-program': appId } = values
  const named = Object.entries({ client, 'mini-program': appId, scope }).filter(
    ([, value]) => value !== undefined,
  )
  const [[option, target] = []] = named
  if (option === undefined || target === undefined || named.length > 1)
    throw new UsageError('Use one of --client ID, --mini-program ID and --scope NAME.')
  if (!force && !knownIds(config, option).has(target))
    throw new UsageError(
      `--${option} ${target} is not in ${config.path}. Check the id; with --force, the command acts anyway.`,
    )
  if (version === undefined) return { kind: KINDS[option] ?? 'client', target, keyVersion: 0 }
  if (option !== 'client' || !/^[1-9]\d{0,8}$/.test(version))
    throw new UsageError('--key-version must be the version of a key, with --client.')
  const hasKey = config.clients.some(
    ({ clientId, keys }) =>
      clientId === target && keys.some((key) => key.version === Number(version)),
  )
  if (!force && !hasKey)
    throw new UsageError(`The client ${target} has no key with the version ${version}.`)
  return { kind: 'key', target, keyVersion: Number(version) }
}

const KINDS: Readonly<Record<string, OperatorActionTarget['kind']>> = {
  client: 'client',
  'mini-program': 'miniProgram',
  scope: 'scope',
}

function knownIds(config: LoadedConfig, option: string): ReadonlySet<string> {
  const { clients } = config
  if (option === 'client') return new Set(clients.map(({ clientId }) => clientId))
  if (option === 'scope') return new Set(scopeNames(config))
  return new Set(clients.flatMap(({ miniPrograms }) => miniPrograms.map(({ appId }) => appId)))
}

/** @returns the clientId of the merchant that has the mini program; `undefined` when no one has it */
export function ownerOf({ clients }: LoadedConfig, appId: string): string | undefined {
  return clients.find(({ miniPrograms }) => miniPrograms.some((app) => app.appId === appId))
    ?.clientId
}

/** The scopes that a mini program may have, or that the file declares. */
function scopeNames({ clients, scopes = [] }: LoadedConfig): readonly string[] {
  const approved = clients.flatMap(({ miniPrograms }) => miniPrograms.flatMap((app) => app.scopes))
  return [...approved, ...scopes.map(({ scope }) => scope)]
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

export function parseActor(actor: string | undefined): string {
  return (actor ?? `${userInfo().username}@${hostname()}`).slice(0, MAX_TEXT_LENGTH)
}

const ID_BYTES = 12

export function newAction(
  action: OperatorAction['action'],
  target: OperatorActionTarget,
  { actor, reason, startedAt }: Pick<OperatorAction, 'actor' | 'reason' | 'startedAt'>,
): OperatorAction {
  return { id: random.text(ID_BYTES), action, ...target, actor, reason, startedAt }
}

/** @returns such as `client kopi, key version 2` */
export function describeTarget({ kind, target, keyVersion }: OperatorActionTarget): string {
  const versions = keyVersion === 0 ? 'all keys' : `key version ${keyVersion}`
  if (kind === 'key') return `client ${target}, ${versions}`
  return `${kind === 'miniProgram' ? 'mini program' : kind} ${target}`
}
