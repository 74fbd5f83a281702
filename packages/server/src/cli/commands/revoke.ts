/**
 * @module `assent revoke`: revokes everything that was issued to a client, to a mini program or for a user.
 */
import { random } from '../../crypto/random.ts'
import { revokeTarget } from '../../engine/emergencies.ts'
import type { Store } from '../../engine/store/store.ts'
import type { RevocationTarget } from '../../engine/tokens/revoke.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import {
  CAUSE_OPTIONS,
  emergencyOf,
  type KnownRecords,
  keyVersionsOf,
  ownerOf,
  requireKnown,
  TARGET_OPTIONS,
} from '../operator.ts'
import { parseUser, withStore } from '../store.ts'
import { UsageError } from '../usage-error.ts'

const CAUSES: Readonly<Record<string, 'CLIENT_SUSPENDED' | 'KEY_COMPROMISED'>> = {
  suspended: 'CLIENT_SUSPENDED',
  'key-compromised': 'KEY_COMPROMISED',
}

type Values = {
  readonly client?: string | undefined
  readonly cause?: string | undefined
  readonly 'mini-program'?: string | undefined
  readonly user?: string | undefined
}

export const revoke = defineCommand({
  name: 'revoke',
  usages: [
    {
      syntax:
        'revoke --config assent.yaml (--client ID [--cause suspended|key-compromised] | --mini-program ID | --user WALLET/USER) --reason TEXT [--actor NAME] [--force]',
      help: 'Revokes all codes and tokens that were issued until now.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    client: { type: 'string', help: 'The clientId of a merchant.' },
    cause: {
      type: 'string',
      help: 'What the client is told: suspended or key-compromised. With --client only. Default: suspended.',
    },
    'mini-program': { type: 'string', help: 'The appId of a mini program.' },
    user: { type: 'string', help: 'A user: WALLET/USER.' },
    ...CAUSE_OPTIONS,
    force: TARGET_OPTIONS.force,
  },
  async run(values) {
    const named = toTarget(values)
    const { cause, now, recorder } = emergencyOf(values)
    await withStore(values.config, async (store, config) => {
      const target = await withOwner({ config, store }, named)
      if (!values.force) await requireKnownTarget({ config, store }, target)
      const ports = { store, random, recordStep: recorder(store) }
      const sequence = await revokeTarget(ports, target, cause, now)
      print(`All codes and tokens that were issued until now are revoked (revocation ${sequence}).`)
    })
  },
})

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
  cause: name = 'suspended',
}: Values): RevocationTarget {
  if (client !== undefined) {
    const cause = CAUSES[name]
    if (!cause) throw new UsageError('--cause must be suspended or key-compromised.')
    return { kind: 'client', id: client, cause }
  }
  if (miniProgram !== undefined)
    return { kind: 'miniProgram', id: miniProgram, clientId: undefined }
  if (user === undefined)
    throw new UsageError('Use one of --client ID, --mini-program ID and --user WALLET/USER.')
  return { kind: 'user', user: parseUser(user) }
}
