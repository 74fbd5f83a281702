/**
 * @module `assent revoke`: revokes everything that was issued to a client, to a mini program or for a user.
 */
import { random } from '../../crypto/random.ts'
import { newOperatorAction } from '../../engine/emergencies.ts'
import type { OperatorActionTarget } from '../../engine/store/operator-actions.ts'
import type { Store } from '../../engine/store/store.ts'
import { type RevocationTarget, revokeIssuedThrough } from '../../engine/tokens/revoke.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import {
  ACTOR_OPTION,
  type KnownRecords,
  keyVersionsOf,
  ownerOf,
  parseActor,
  requireKnown,
  TARGET_OPTIONS,
} from '../operator.ts'
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
    const named = toTarget(values)
    await withStore(values.config, async (store, config) => {
      const target = await withOwner({ config, store }, named)
      if (!values.force) await requireKnownTarget({ config, store }, target)
      const now = Math.floor(Date.now() / 1000)
      const sequence = await revokeIssuedThrough({ store }, target, now)
      const { actor, reason = 'suspended' } = values
      const record = { actor: parseActor(actor), reason, startedAt: now }
      await store.recordOperatorAction(
        newOperatorAction({ random }, 'revoke', recordedTarget(target), record),
      )
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

/** The merchant of a mini program is told of the revocation. */
async function withOwner(known: KnownRecords, target: RevocationTarget): Promise<RevocationTarget> {
  if (target.kind !== 'miniProgram') return target
  return { ...target, clientId: await ownerOf(known, target.id) }
}

/** @throws {UsageError} when the id is a mistake: revoking nothing must not look like success */
async function requireKnownTarget(
  { config, store }: KnownRecords & { readonly store: Store },
  target: RevocationTarget,
): Promise<void> {
  if (target.kind === 'client')
    requireKnown(
      (await keyVersionsOf({ config, store }, target.id)) !== undefined,
      'client',
      target.id,
    )
  if (target.kind === 'miniProgram')
    requireKnown(target.clientId !== undefined, 'mini-program', target.id)
  if (target.kind === 'user' && (await store.listGrants(target.user)).length === 0)
    throw new UsageError(
      'Nothing was ever granted for this user. Check that --user is WALLET/USER, with the user ID of the wallet; with --force, the command acts anyway.',
    )
}

function toTarget({
  client,
  'mini-program': miniProgram,
  user,
  reason = 'suspended',
}: Values): RevocationTarget {
  if (client !== undefined) {
    const cause = REASONS[reason]
    if (!cause) throw new UsageError('--reason must be suspended or key-compromised.')
    return { kind: 'client', id: client, cause }
  }
  if (miniProgram !== undefined)
    return { kind: 'miniProgram', id: miniProgram, clientId: undefined }
  if (user === undefined)
    throw new UsageError('Use one of --client ID, --mini-program ID and --user WALLET/USER.')
  return { kind: 'user', user: parseUser(user) }
}
