/**
 * @module Runs attacks one at a time and concurrently, and checks that the server rejects them.
 */
import { expect } from 'vitest'
import type { RawReply } from './server.ts'

const PARALLEL = 16

export type Attack = () => Promise<Pick<RawReply, 'status' | 'headers' | 'body'>>

/** Checks that the response is an OAuth error of the client and contains no credential. */
function expectRejected(
  { status, headers, body }: Awaited<ReturnType<Attack>>,
  name: string,
): void {
  const location = String(headers['location'] ?? '')
  const isErrorRedirect = status === 303 && new URL(location).searchParams.has('error')
  expect([name, (status >= 400 && status < 500) || isErrorRedirect, status]).toEqual([
    name,
    true,
    status,
  ])
  expect(body, name).not.toMatch(/\b(at|rt|ct|ac)_[A-Za-z0-9_-]{20}|eyJ/)
  expect(location, name).not.toMatch(/[?&]code=/)
}

/** @returns why the server's reply is no rejection, or nothing */
function findFailure(reply: Awaited<ReturnType<Attack>>, name: string): readonly string[] {
  try {
    expectRejected(reply, name)
    return []
  } catch (error) {
    return [`${name}: ${(error as Error).message}`]
  }
}

async function runOnce(attacks: Readonly<Record<string, Attack>>): Promise<void> {
  const failures: string[] = []
  for (const [name, attack] of Object.entries(attacks))
    failures.push(...findFailure(await attack(), name))
  expect(failures).toEqual([])
}

async function runConcurrently(attacks: Readonly<Record<string, Attack>>): Promise<void> {
  const failures: string[] = []
  for (const [name, attack] of Object.entries(attacks)) {
    const replies = await Promise.all(Array.from({ length: PARALLEL }, attack))
    failures.push(...replies.flatMap((reply) => findFailure(reply, name)))
  }
  expect(failures).toEqual([])
}

export const MODES = [
  ['one at a time', runOnce],
  ['sixteen concurrently', runConcurrently],
] as const
