/**
 * @module What the actions of operators change in the records that the registry finds.
 */
import { describe, expect, it } from 'vitest'
import { suspendedKeysByClient, withOperatorActions } from '../../src/engine/operator-actions.ts'
import type { OperatorAction } from '../../src/engine/store/operator-actions.ts'
import { actionOf } from '../stores/records.ts'
import {
  APP_ID,
  CLIENT,
  MINI_PROGRAM,
  NOW,
  OTHER_CLIENT,
  REGISTRY,
  REGISTRY_PARTS,
} from '../support/engine.ts'
import { registryOfRecords } from '../support/registry-of-records.ts'

/** One finds records at once, and one later. */
const REGISTRIES = [registryOfRecords(REGISTRY, REGISTRY_PARTS), REGISTRY]

const SUSPENSION = { action: 'suspend', kind: 'client', target: CLIENT.clientId } as const

function suspensionOf(more: Partial<OperatorAction> = {}): OperatorAction {
  return actionOf({ ...SUSPENSION, startedAt: NOW, ...more })
}

describe.each(REGISTRIES)(withOperatorActions, (registry) => {
  it('suspends a client, by id and by number, and no other one', async () => {
    const changed = withOperatorActions(registry, [suspensionOf()])
    const suspended = { ...CLIENT, active: false, clientTokensNotBefore: NOW }
    expect(await changed.findClient(CLIENT.clientId)).toEqual(suspended)
    expect(await changed.findClientByNumber(CLIENT.number)).toEqual(suspended)
    expect(await changed.findClient(OTHER_CLIENT.clientId)).toBe(OTHER_CLIENT)
    expect(await changed.findClient('unknown')).toBeUndefined()
  })

  it('suspends a mini program, found and listed', async () => {
    const changed = withOperatorActions(registry, [
      suspensionOf({ kind: 'miniProgram', target: APP_ID }),
    ])
    const suspended = { ...MINI_PROGRAM, active: false, clientTokensNotBefore: NOW }
    expect(await changed.findMiniProgram(APP_ID)).toEqual(suspended)
    expect(await changed.listMiniPrograms(CLIENT.clientId)).toEqual([suspended])
    expect(await changed.findClient(CLIENT.clientId)).toBe(CLIENT)
  })

  it('removes a suspended scope', () => {
    const changed = withOperatorActions(registry, [suspensionOf({ kind: 'scope', target: 'name' })])
    expect([...changed.scopes.keys()]).toEqual(
      [...registry.scopes.keys()].filter((scope) => scope !== 'name'),
    )
  })

  it.each([
    ['that has ended', { endedAt: NOW + 1 }, { clientTokensNotBefore: NOW }],
    ['of another kind with the same id', { kind: 'miniProgram' }, {}],
  ] as const)('leaves a client active after a suspension %s', async (_title, more, changes) => {
    const changed = withOperatorActions(registry, [suspensionOf(more)])
    expect(await changed.findClient(CLIENT.clientId)).toEqual({ ...CLIENT, ...changes })
  })

  it('asks for consents again that were given before the last key of a client was stolen', async () => {
    const thefts = [NOW, NOW + 10, NOW + 5].map((startedAt, index) =>
      suspensionOf({ kind: 'key', keyVersion: index, startedAt, endedAt: NOW + 20 }),
    )
    const changed = withOperatorActions(registry, thefts)
    expect(await changed.findClient(CLIENT.clientId)).toEqual({
      ...CLIENT,
      consentsNotBefore: NOW + 10,
      clientTokensNotBefore: NOW + 10,
    })
  })

  it('is the same registry without actions', () => {
    expect(withOperatorActions(registry, [])).toBe(registry)
  })
})

describe(suspendedKeysByClient, () => {
  it('names the keys of each client whose suspension has not ended', () => {
    const suspended = suspendedKeysByClient([
      suspensionOf({ kind: 'key', keyVersion: 1 }),
      suspensionOf({ kind: 'key', keyVersion: 2 }),
      suspensionOf({ kind: 'key', keyVersion: 3, endedAt: NOW }),
      suspensionOf({ kind: 'key', keyVersion: 4, target: 'other' }),
      suspensionOf({ kind: 'client', keyVersion: 5 }),
    ])
    expect(suspended).toEqual(
      new Map([
        [CLIENT.clientId, new Set([1, 2])],
        ['other', new Set([4])],
      ]),
    )
  })
})
