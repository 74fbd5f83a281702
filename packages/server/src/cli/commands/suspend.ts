/**
 * @module `assent suspend`, `assent reinstate` and `assent actions`: emergencies, on every node within a second.
 * @see docs/emergencies.md
 */
import { random } from '../../crypto/random.ts'
import { describeTarget, reinstateTarget, suspendTarget } from '../../engine/emergencies.ts'
import { isInForce } from '../../engine/operator-actions.ts'
import type { OperatorAction, OperatorActionTarget } from '../../engine/store/operator-actions.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import {
  CAUSE_OPTIONS,
  emergencyOf,
  ownerOf,
  parseTarget,
  requireKnownTarget,
  TARGET_OPTIONS,
} from '../operator.ts'
import { withStore } from '../store.ts'

const TARGET_SYNTAX = '(--client ID [--key-version N] | --mini-program ID | --scope NAME)'

export const suspend = defineCommand({
  name: 'suspend',
  usages: [
    {
      syntax: `suspend --config assent.yaml ${TARGET_SYNTAX} --reason TEXT [--actor NAME]`,
      help: 'Suspends a client, one of its keys, a mini program or a scope, and revokes what was issued to it.',
    },
  ],
  options: { ...CONFIG_OPTION, ...TARGET_OPTIONS, ...CAUSE_OPTIONS },
  async run(values) {
    const target = parseTarget(values)
    const { cause, now, recorder } = emergencyOf(values)
    await withStore(values.config, async (store, config) => {
      if (!values.force) await requireKnownTarget({ config, store }, target)
      const findMerchant = (appId: string) => ownerOf({ config, store }, appId)
      const ports = { store, random, findMerchant, recordStep: recorder(store) }
      await suspendTarget(ports, target, cause, now)
    })
    print(`Suspended: ${describeTarget(target)}. It is in force on every node within a second.`)
    print(NEXT_STEPS[target.kind])
  },
})

export const reinstate = defineCommand({
  name: 'reinstate',
  usages: [
    {
      syntax: `reinstate --config assent.yaml ${TARGET_SYNTAX} --reason TEXT [--actor NAME]`,
      help: 'Ends a suspension. What was revoked stays revoked.',
    },
  ],
  options: { ...CONFIG_OPTION, ...TARGET_OPTIONS, ...CAUSE_OPTIONS },
  async run(values) {
    const target = parseTarget(values)
    const { cause, now, recorder } = emergencyOf(values)
    const steps = await withStore(values.config, (store) =>
      reinstateTarget({ store, recordStep: recorder(store) }, target, cause, now),
    )
    if (steps.length > 0) return print(`Reinstated: ${describeTarget(target)}.`)
    process.exitCode = 1
    return print(
      `Not suspended: ${describeTarget(target)}. Nothing has changed. assent actions lists what is.`,
    )
  },
})

export const listActions = defineCommand({
  name: 'actions',
  usages: [
    {
      syntax: 'actions --config assent.yaml',
      help: 'Lists suspensions and revocations: when, who and why.',
    },
  ],
  options: CONFIG_OPTION,
  async run({ config }) {
    const actions = await withStore(config, (store) => store.listOperatorActions())
    print(['at', 'state', 'target', 'actor', 'reason'].join('\t'))
    for (const one of actions) print(toLine(one))
  },
})

function toLine(one: OperatorAction): string {
  const { startedAt, endedAt, endedBy, actor, reason, action } = one
  const ended = `ended ${toIsoTime(endedAt ?? 0)} by ${endedBy}`
  const state = action === 'revoke' ? 'revoked' : isInForce(one) ? 'suspended' : ended
  return [toIsoTime(startedAt), state, describeTarget(one), actor, reason].join('\t')
}

function toIsoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '')
}

const NEXT_STEPS: Readonly<Record<OperatorActionTarget['kind'], string>> = {
  client:
    'Its codes and tokens are revoked. Users keep their consent; assent reinstate lets it ask again.',
  key: 'Codes and tokens of the client are revoked, and users are asked again. Next: the merchant makes a new key, and you add it to the client under a new version.',
  miniProgram:
    'Its codes and tokens are revoked. Next: remove it from the registry, or reinstate it after the review.',
  scope:
    'Nobody can ask for it, and its data cannot be read. Next: correct the scope or what it reads, then reinstate it.',
  user: '',
}
