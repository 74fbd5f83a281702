/**
 * @module Whether what several callers saw of one object could have been seen by callers that came one after the other.
 * @see Wing and Gong, Testing and Verifying Concurrent Objects, 1993
 */

/** One call: when it began, when it was answered, what was asked, what was said. */
export type Event<I, O> = {
  readonly input: I
  readonly calledAt: number
  /** Infinity: never. It may have taken effect at any time since, or not at all. */
  readonly answeredAt: number
  /** `undefined`: no answer. */
  readonly output: O | undefined
}

/** What an object does when callers come one after the other. */
export type Model<S, I, O> = {
  readonly initial: S
  /** The states after an answer; empty: such an answer is impossible. Without an answer: after any. */
  readonly next: (state: S, input: I, output: O | undefined) => readonly S[]
}

export function isLinearizable<S, I, O>(
  { initial, next }: Model<S, I, O>,
  events: readonly Event<I, O>[],
): boolean {
  const tried = new Set<string>()

  /** Whether the events that remain can follow, in some order, from this state. */
  function canFollow(state: S, remaining: readonly Event<I, O>[]): boolean {
    if (remaining.every(({ output }) => output === undefined)) return true
    const key = JSON.stringify([state, remaining.map((event) => events.indexOf(event))])
    if (tried.has(key)) return false
    tried.add(key)
    const firstAnswer = Math.min(...remaining.map(({ answeredAt }) => answeredAt))
    return remaining.some((event) => {
      // Whatever was called after another was answered cannot come before it.
      if (event.calledAt > firstAnswer) return false
      const rest = remaining.filter((other) => other !== event)
      return next(state, event.input, event.output).some((after) => canFollow(after, rest))
    })
  }

  return canFollow(initial, events)
}
