/**
 * @module Lifecycle: parts stop in reverse order, and a server that does not start leaves nothing open.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import { createLifecycle } from '../../src/main/lifecycle.ts'
import { startServer } from '../../src/main/start-server.ts'
import { testConfig, USERS } from '../support/server.ts'

it('stops parts one after the other, in the reverse order of their start', async () => {
  const stopped: string[] = []
  const lifecycle = createLifecycle()
  const store = lifecycle.use({ name: 'store', close: () => void stopped.push('store') })
  lifecycle.defer(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    stopped.push('server')
  })
  lifecycle.use({ stop: () => void stopped.push('cleanup') })
  expect(store.name).toBe('store')
  await lifecycle[Symbol.asyncDispose]()
  expect(stopped).toEqual(['cleanup', 'server', 'store'])
  await lifecycle[Symbol.asyncDispose]()
  expect(stopped).toHaveLength(3)
})

it('stops the other parts when one fails to stop, and throws afterwards', async () => {
  const failure = new Error('busy')
  let isStoreClosed = false
  const lifecycle = createLifecycle()
  lifecycle.defer(() => {
    isStoreClosed = true
  })
  lifecycle.defer(() => Promise.reject(failure))
  const error = await lifecycle[Symbol.asyncDispose]().catch((reason: unknown) => reason)
  expect(error).toMatchObject({ name: 'AggregateError', errors: [failure] })
  expect(isStoreClosed).toBe(true)
})

it('leaves nothing open when the address is in use', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assent-test-'))
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const config = { ...testConfig(), store: 'sqlite:assent.db', listen: { host: '127.0.0.1', port } }
  writeFileSync(join(folder, 'assent.yaml'), stringify(config))
  writeFileSync(join(folder, 'users.yaml'), stringify({ users: USERS }))
  const loaded = loadConfig(join(folder, 'assent.yaml'))
  const logger = pino({ level: 'silent' })
  const before = runningParts()
  await expect(startServer(loaded, { logger })).rejects.toThrow('EADDRINUSE')
  await new Promise((resolve) => other.close(resolve))
  await expect.poll(runningParts).toEqual(before)
  rmSync(folder, { recursive: true, force: true })
})

/** Timers, threads and watched files of this process. */
function runningParts(): readonly string[] {
  const kinds = ['Timeout', 'MessagePort', 'StatWatcher', 'Worker']
  return process
    .getActiveResourcesInfo()
    .filter((name) => kinds.includes(name))
    .toSorted()
}
