import { afterEach, expect, it, vi } from 'vitest'
import type { OperatorAction } from '../../src/engine/store/operator-actions.ts'
import { type ActionFollower, followOperatorActions } from '../../src/registry/suspensions.ts'

const SUSPENSION: OperatorAction = {
  id: 'a',
  action: 'suspend',
  kind: 'client',
  target: 'kopi',
  keyVersion: 0,
  reason: 'A test.',
  actor: 'ana',
  startedAt: 1,
}

let follower: ActionFollower | undefined
afterEach(async () => {
  await follower?.stop()
  vi.useRealTimers()
})

function follow() {
  vi.useFakeTimers()
  const lines: string[] = []
  const log = {
    info: (message: string) => void lines.push(message),
    warn: () => {},
    error: (_context: object, message: string) => void lines.push(message),
  }
  const state = { actions: [] as readonly OperatorAction[], isDown: false }
  const changes: (readonly OperatorAction[])[] = []
  const store = {
    async listOperatorActions() {
      if (state.isDown) throw new Error('The store is down.')
      return structuredClone(state.actions)
    },
  }
  follower = followOperatorActions(store, [], async (actions) => void changes.push(actions), log)
  return { state, changes, lines }
}

it('passes the actions of operators when they have changed', async () => {
  const { state, changes, lines } = follow()
  await vi.advanceTimersByTimeAsync(1000)
  expect(changes).toEqual([])
  state.actions = [SUSPENSION]
  await vi.advanceTimersByTimeAsync(2000)
  expect(changes).toEqual([[SUSPENSION]])
  expect(lines).toEqual(['The suspensions by operators have changed. They are in force.'])
})

it('logs once that they cannot be read, and once that they can again', async () => {
  const { state, lines } = follow()
  state.isDown = true
  await vi.advanceTimersByTimeAsync(2000)
  state.isDown = false
  await vi.advanceTimersByTimeAsync(2000)
  expect(lines).toEqual([
    'Reading the actions of operators failed. The node keeps the last ones and tries again; check the store.',
    'The actions of operators can be read again.',
  ])
})
