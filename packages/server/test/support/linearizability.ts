/**
 * @module Checks whether a concurrent history of one object is linearizable.
 *
 * @see Wing and Gong, Testing and Verifying Concurrent Objects, Journal of Parallel and Distributed Computing 17, 1993
 */

/** One call with its input, its output, and its start and end. */
export type Call<I, O> = {
  readonly input: I
  readonly calledAt: number
  /** Infinity when no reply arrived. Such a call may take effect at any later time, or never. */
  readonly repliedAt: number
  /** `undefined` when no reply arrived. */
  readonly output: O | undefined
}

/** The sequential specification of an object. */
export type Model<S, I, O> = {
  readonly initial: S
  /** The possible states after a call. Empty when the output is impossible; without an output, all states that can follow. */
  readonly next: (state: S, input: I, output: O | undefined) => readonly S[]
}

export function isLinearizable<S, I, O>(
  { initial, next }: Model<S, I, O>,
  calls: readonly Call<I, O>[],
): boolean {
  const visited = new Set<string>()

  /** Whether the remaining calls can follow from this state in some order. */
  function canFollow(state: S, remaining: readonly Call<I, O>[]): boolean {
    if (remaining.every(({ output }) => output === undefined)) return true
    const key = JSON.stringify([state, remaining.map((call) => calls.indexOf(call))])
    if (visited.has(key)) return false
    visited.add(key)
    const firstReplyAt = Math.min(...remaining.map(({ repliedAt }) => repliedAt))
    return remaining.some((call) => {
      // A call that started after the reply to another call cannot precede it.
      if (call.calledAt > firstReplyAt) return false
      const rest = remaining.filter((other) => other !== call)
      return next(state, call.input, call.output).some((after) => canFollow(after, rest))
    })
  }

  return canFollow(initial, calls)
}
