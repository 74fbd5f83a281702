/**
 * @module Answers leave in groups, one right after the other. Each alone wakes whoever waits for it, on this machine or in a balancer, who
 * asks again before the next one is written, and is woken again: that was a third of what a short call cost.
 */
import { type IncomingMessage, ServerResponse } from 'node:http'

/** None waits for longer than a few others take: while some are made, others are already read. */
const MOST_IN_A_GROUP = 16

let group: GatheredResponse[] = []

function leaveTogether(response: GatheredResponse): void {
  if (group.length === 0) setImmediate(leaveNow)
  group.push(response)
  if (group.length >= MOST_IN_A_GROUP) leaveNow()
}

function leaveNow(): void {
  const leaving = group
  group = []
  for (const response of leaving) response.leave()
}

/** A response whose end waits for its group. What is streamed is written as it comes. */
export class GatheredResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  #end: readonly unknown[] | undefined

  override end(...parameters: unknown[]): this {
    // What is ended has no second end, nor another last word.
    if (this.#end) return this
    this.#end = parameters
    leaveTogether(this)
    return this
  }

  /** Writes what was said last. */
  leave(): void {
    super.end(...((this.#end ?? []) as []))
  }

  // @ts-expect-error What Node has here is an accessor, what its types say a property.
  override get writableEnded(): boolean {
    return this.#end !== undefined
  }
}
