/**
 * @module All keys of the platform with their states, for people.
 */
import { TOKEN_ALGORITHMS } from '../../engine/oauth/token-algorithms.ts'
import type { KeyKind } from './key-kinds.ts'
import { type KeyInState, withStates } from './key-lifecycle.ts'
import { byAlgorithm, type KeysByKind } from './key-ring.ts'

/** By their names, such as `master-1`. Token keys have states within their algorithm. @param now epoch seconds */
export function keysInStates(
  keys: KeysByKind,
  now: number,
): readonly (readonly [string, KeyInState])[] {
  const tokens = byAlgorithm(keys.token)
  const named = (kind: KeyKind, states: readonly KeyInState[]) =>
    states.map((one) => [`${kind}-${one.version}`, one] as const)
  return [
    ...named('master', withStates(keys.master, now)),
    ...named('reply', withStates(keys.reply, now)),
    ...named('assertion', withStates(keys.assertion, now)),
    ...TOKEN_ALGORITHMS.flatMap((algorithm) => named('token', withStates(tokens[algorithm], now))),
  ]
}
