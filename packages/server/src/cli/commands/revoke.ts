/**
 * @module `assent revoke`: revokes everything that was issued to a client, to a mini program or for a user.
 */

import { loadConfig } from '../../config/load.ts'
import type { LoadedConfig } from '../../config/loaded-config.ts'
import type { OperatorActionTarget } from '../../engine/store/operator-actions.ts'
import type { Store } from '../../engine/store/store.ts'
import { type RevocationTarget, revokeIssuedThrough } from '../../engine/tokens/revoke.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { ACTOR_OPTION, newAction, ownerOf, parseActor, TARGET_OPTIONS } from '../operator.ts'
import { parseUser, withStore } from '../store.ts'
import { UsageError } from '../usage-error.ts'

const REASONS: Readonly<Record<string, 'CLIENT_SUSPENDED' | 'KEY_COMPROMISED'>> = {
  suspended: 'CLIENT_SUSPENDED',
  'key-compromised': 'KEY_COMPROMISED',
}

type Values = {
  readonly client?: string | undefined
  readonly reason?: string | undefined
  readonly 'mini-program'?: string | undefined
  readonly user?: string | undefined
}

export const revoke = defineCommand({
  name: 'revoke',
  usages: [
    {
      syntax:
        'revoke --config assent.yaml (--client ID [--reason suspended|key-compromised] | --mini-program ID | --user WALLET/USER) [--actor NAME] [--force]',
      help: 'Revokes all codes and tokens that were issued until now.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    client: { type: 'string', help: 'The clientId of a merchant.' },
    reason: { type: 'string', help: 'Why: suspended or key-compromised. With --client only.' },
    'mini-program': { type: 'string', help: 'The appId of a mini program.' },
    user: { type: 'string', help: 'A user: WALLET/USER.' },
    ...ACTOR_OPTION,
    force: TARGET_OPTIONS.force,
  },
  async run(values) {
    const config = loadConfig(values.config)
    const target = toTarget(config, values)
    await withStore(config, async (store) => {
      if (!values.force) await requireKnown(store, config, target)
      const now = Math.floor(Date.now() / 1000)
      const sequence = await revokeIssuedThrough({ store }, target, now)
      const { actor, reason = 'suspended' } = values
      const record = { actor: parseActor(actor), reason, startedAt: now }
      await store.recordOperatorAction(newAction('revoke', recordedTarget(target), record))
      print(`All codes and tokens that were issued until now are revoked (revocation ${sequence}).`)
    })
  },
})

/** A theft of keys is recorded as one of all keys: users are asked again. */
function recordedTarget(target: RevocationTarget): OperatorActionTarget {
  if (target.kind === 'user') return { kind: 'user', target: target.user.walletId, keyVersion: 0 }
  const isTheft = target.kind === 'client' && target.cause === 'KEY_COMPROMISED'
  return { kind: isTheft ? 'key' : target.kind, target: target.id, keyVersion: 0 }
}

/** @throws {UsageError} when the id is a mistake: revoking nothing must not look like success */
async function requireKnown(
  store: Store,
  { path, clients }: LoadedConfig,
  target: RevocationTarget,
): Promise<void> {
  if (target.kind === 'client' && !clients.some(({ clientId }) => clientId === target.id))
    throw new UsageError(
      `--client ${target.id} is not in ${path}. Check the id; with --force, the command acts anyway.`,
    )
  if (target.kind === 'miniProgram' && target.clientId === undefined)
    throw new UsageError(
      `--mini-program ${target.id} is not in ${path}. Check the appId; with --force, the command acts anyway.`,
    )
  if (target.kind === 'user' && (await store.listGrants(target.user)).length === 0)
    throw new UsageError(
      'Nothing was ever granted for this user. Check that --user is WALLET/USER, with the user ID of the wallet; with --force, the command acts anyway.',
    )
}

function toTarget(
  config: LoadedConfig,
  { client, 'mini-program': miniProgram, user, reason = 'suspended' }: Values,
): RevocationTarget {
  if (client !== undefined) {
    const cause = REASONS[reason]
    if (!cause) throw new UsageError('--reason must be suspended or key-compromised.')
    return { kind: 'client', id: client, cause }
  }
  if (miniProgram !== undefined)
    return { kind: 'miniProgram', id: miniProgram, clientId: ownerOf(config, miniProgram) }
  if (user === undefined)
    throw new UsageError('Use one of --client ID, --mini-program ID and --user WALLET/USER.')
  return { kind: 'user', user: parseUser(user) }
}
