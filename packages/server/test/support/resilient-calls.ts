/**
 * @module Signed calls to nodes that may be killed. Each call ends with a result, with 503 and Retry-After, or with a broken connection.
 */
import { expect } from 'vitest'
import { type JsonReply, type Signing, send, signedHeaders, type TestPlatform } from './server.ts'

/** Without a pause, the callers would finish their calls before a killed node is back. */
const RETRY_DELAY_MS = 100

export type ResilientCaller = {
  /**
   * Sends one signed call. Any status except 200, and 503 with Retry-After, fails the test.
   *
   * @returns `undefined` when the outcome is unknown
   */
  call(
    node: TestPlatform,
    path: string,
    body: object,
    signing?: Signing,
  ): Promise<JsonReply | undefined>
  /** How many calls ended with a 503, and how many with a broken connection. */
  readonly failures: { readonly unavailable: number; readonly disconnected: number }
}

export function createResilientCaller(): ResilientCaller {
  const failures = { unavailable: 0, disconnected: 0 }
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS))
  return {
    failures,
    async call(node, path, body, signing) {
      const text = JSON.stringify(body)
      const headers = signedHeaders(node.clock, path, text, signing)
      const reply = await send(node, path, headers, text).catch(() => undefined)
      if (!reply) {
        failures.disconnected++
        await pause()
        return undefined
      }
      if (reply.status === 503) {
        failures.unavailable++
        expect(reply.headers['retry-after']).toBe('1')
        await pause()
        return undefined
      }
      expect(reply.status).toBe(200)
      return JSON.parse(reply.body) as JsonReply
    },
  }
}
