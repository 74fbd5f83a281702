/**
 * @module Emergencies: suspend, reinstate, a stolen key, and a scope that has to stop. In force on every node within a second.
 * @see docs/emergencies.md
 */
import Type, { type TSchema } from 'typebox'
import { closed, MAX_KEY_VERSION, oneOf } from '../../config/schema/fields.ts'
import { AdminError } from '../../engine/admin/admin-error.ts'
import { actorOf } from '../../engine/admin/principal.ts'
import { PLATFORM_ORGANIZATION } from '../../engine/admin/roles.ts'
import { reinstateTarget, suspendTarget } from '../../engine/emergencies.ts'
import type { OperatorActionTarget } from '../../engine/store/operator-actions.ts'
import type { ClientDocument } from '../../registry/records/client.ts'
import { type AdminCall, noSuchRecord } from '../call.ts'
import type { Change } from '../change.ts'
import { organizationOf } from '../records/record-owners.ts'
import type { ChangeRow, RowsOf } from '../row.ts'
import { reason } from '../schemas.ts'

const ALL_KEYS = 0

const keyVersion = Type.Integer({
  minimum: 1,
  maximum: MAX_KEY_VERSION,
  description: 'The version of the key.',
})
const id = Type.String({ minLength: 1, maxLength: 128, description: 'The clientId or appId.' })

const EMERGENCY = closed(
  {
    kind: Type.String(),
    id: Type.String(),
    keyVersion: Type.Optional(Type.Integer()),
    steps: Type.Array(Type.String({ description: 'What was done, in this order.' })),
  },
  { title: 'Emergency' },
)

/** @throws {AdminError} `not-found` for a target that does not exist, or is out of reach */
async function permitTarget(call: AdminCall, target: OperatorActionTarget): Promise<void> {
  const { store } = call.ports
  if (target.kind === 'scope') {
    call.permit({ organization: PLATFORM_ORGANIZATION })
    const isStored = await store.readRecord('scope', target.target)
    if (!isStored && !call.live.current().registry.scopes.has(target.target)) throw noSuchRecord()
    return
  }
  const kind = target.kind === 'miniProgram' ? 'miniProgram' : 'client'
  const record = await store.readRecord(kind, target.target)
  if (!record) throw noSuchRecord()
  call.permit({ organization: await organizationOf(store, record, record.document) })
  if (target.kind !== 'key') return
  const { keys } = record.document as ClientDocument
  if (!keys.some(({ version }) => version === target.keyVersion))
    throw new AdminError(
      'not-found',
      `${record.id} has no key with the version ${target.keyVersion}.`,
    )
}

function viewOf(
  { kind, target, keyVersion: version }: OperatorActionTarget,
  steps: readonly string[],
): object {
  return { kind, id: target, ...(kind === 'key' && { keyVersion: version }), steps }
}

/** The engine writes the lines of the change log, one before each step. */
async function emergency(
  call: AdminCall,
  target: OperatorActionTarget,
  run: typeof suspendTarget,
): Promise<Change> {
  await permitTarget(call, target)
  return {
    updates: [],
    async effect(recordStep) {
      const cause = { actor: actorOf(call.principal), reason: String(call.body['reason']) }
      const findMerchant = async (appId: string) =>
        (await call.live.current().registry.findMiniProgram(appId))?.clientId
      const ports = { ...call.ports, findMerchant, recordStep }
      return { body: viewOf(target, await run(ports, target, cause, call.now)) }
    },
    reply: { body: viewOf(target, []) },
  }
}

function suspend(call: AdminCall, target: OperatorActionTarget): Promise<Change> {
  return emergency(call, target, suspendTarget)
}

function reinstate(call: AdminCall): Promise<Change> {
  const {
    kind,
    id: target,
    keyVersion: version = ALL_KEYS,
  } = call.body as {
    readonly kind: OperatorActionTarget['kind']
    readonly id: string
    readonly keyVersion?: number
  }
  const named = { kind, target, keyVersion: kind === 'key' ? version : ALL_KEYS }
  return emergency(call, named, reinstateTarget)
}

function emergencyRow(
  row: Pick<ChangeRow, 'id' | 'path' | 'summary' | 'description' | 'change' | 'example'> & {
    readonly title: string
    readonly target: Readonly<Record<string, TSchema>>
  },
): ChangeRow {
  const { title, target, ...others } = row
  return {
    ...others,
    method: 'POST',
    status: 200,
    body: closed({ ...target, reason }, { title }),
    response: EMERGENCY,
    problems: ['invalid', 'not-found'],
  }
}

const why = 'Key found in a public repository.'

type EmergencyOperation =
  | 'emergency.suspend'
  | 'emergency.reinstate'
  | 'emergency.keyStolen'
  | 'emergency.stopScope'

export const EMERGENCY_ROWS: RowsOf<EmergencyOperation> = {
  'emergency.suspend': [
    emergencyRow({
      id: 'suspend',
      path: '/emergencies/suspensions',
      summary: 'Suspend a client or a mini program',
      description:
        'It gets no codes, and its codes and tokens end. What users granted stays, and its client is told. Each step is one line of the change log.',
      title: 'SuspensionBody',
      target: { kind: oneOf(['client', 'miniProgram']), id },
      example: { body: { kind: 'miniProgram', id: 'teh-app', reason: 'Asks for passwords.' } },
      change: (call) =>
        suspend(call, {
          kind: call.body['kind'] as 'client' | 'miniProgram',
          target: String(call.body['id']),
          keyVersion: ALL_KEYS,
        }),
    }),
  ],
  'emergency.reinstate': [
    emergencyRow({
      id: 'reinstate',
      path: '/emergencies/reinstatements',
      summary: 'End a suspension',
      description:
        'What was ended stays ended. `steps` is empty when the target was not suspended.',
      title: 'ReinstatementBody',
      target: {
        kind: oneOf(['client', 'key', 'miniProgram', 'scope']),
        id,
        keyVersion: Type.Optional(keyVersion),
      },
      example: { body: { kind: 'miniProgram', id: 'teh-app', reason: 'The review is done.' } },
      change: reinstate,
    }),
  ],
  'emergency.keyStolen': [
    emergencyRow({
      id: 'reportStolenKey',
      path: '/emergencies/key-thefts',
      summary: 'Close everything after the theft of a key',
      description:
        'One call: requests with the key are refused, all codes and tokens of the client end, the client is told, and users are asked again. Next: add a new key, and remove this one. Each step is one line of the change log.',
      title: 'KeyTheftBody',
      target: {
        clientId: Type.String({ minLength: 1, maxLength: 128, description: 'The client.' }),
        keyVersion,
      },
      example: { body: { clientId: 'teh-house', keyVersion: 1, reason: why } },
      change: (call) =>
        suspend(call, {
          kind: 'key',
          target: String(call.body['clientId']),
          keyVersion: Number(call.body['keyVersion']),
        }),
    }),
  ],
  'emergency.stopScope': [
    emergencyRow({
      id: 'stopScope',
      path: '/emergencies/scope-stops',
      summary: 'Stop a scope everywhere',
      description: 'Nobody can ask for it, and its data cannot be read with any token.',
      title: 'ScopeStopBody',
      target: { scope: Type.String({ minLength: 1, maxLength: 64, description: 'The scope.' }) },
      example: { body: { scope: 'LOYALTY_TIER', reason: 'Shows the tier of other users.' } },
      change: (call) =>
        suspend(call, {
          kind: 'scope',
          target: String(call.body['scope']),
          keyVersion: ALL_KEYS,
        }),
    }),
  ],
}
