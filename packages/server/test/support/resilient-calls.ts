/**
 * @module Signed calls to nodes that may die: every answer is a result, or 503 with Retry-After, or none at all.
 */
import { expect } from 'vitest'
import { type JsonReply, type Signing, send, signedHeaders, type TestPlatform } from './server.ts'

/** Else those who ask would be done before what was killed is back. */
const RETRY_MILLISECONDS = 100

export type Asking = {
  /** `undefined`: no answer that says anything. All but 200 and 503 with Retry-After is a failure of the test. */
  ask(
    node: TestPlatform,
    path: string,
    body: object,
    signing?: Signing,
  ): Promise<JsonReply | undefined>
  readonly tally: { readonly refused: number; readonly broken: number }
}

export function createAsking(): Asking {
  const tally = { refused: 0, broken: 0 }
  const pause = (): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS))
  return {
    tally,
    async ask(node, path, body, signing) {
      const text = JSON.stringify(body)
      const headers = signedHeaders(node.clock, path, text, signing)
      const reply = await send(node, path, headers, text).catch(() => undefined)
      if (!reply) {
        tally.broken++
        await pause()
        return undefined
      }
      if (reply.status === 503) {
        tally.refused++
        expect(reply.headers['retry-after']).toBe('1')
        await pause()
        return undefined
      }
      expect(reply.status).toBe(200)
      return JSON.parse(reply.body) as JsonReply
    },
  }
}
