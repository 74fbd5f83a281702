/**
 * @module The checks of the settings of notifications.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../../src/config/load.ts'
import { testConfig } from '../../support/server.ts'

const NOTIFY_URL = 'https://kopi.example/assent'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-config-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** @returns the problems, or an empty text */
function check(more: object): string {
  const config = testConfig()
  const [client, ...others] = config.clients
  const path = join(folder, 'assent.yaml')
  writeFileSync(path, stringify({ ...config, clients: [{ ...client, ...more }, ...others] }))
  try {
    loadConfig(path)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('signatureEncoding', () => {
  it.each(['percent', 'base64', 'base64url'])('can be %s', (signatureEncoding) => {
    expect(check({ notifyUrl: NOTIFY_URL, signatureEncoding })).toBe('')
    expect(check({ notifyUrl: NOTIFY_URL, notifyFormat: 'ams', signatureEncoding })).toBe('')
  })

  it.each<[object, RegExp]>([
    [{ notifyUrl: NOTIFY_URL, signatureEncoding: 'hex' }, /signatureEncoding must be/],
    [{ signatureEncoding: 'percent' }, /signatureEncoding has no effect/],
    [
      { notifyUrl: NOTIFY_URL, notifyFormat: 'set', signatureEncoding: 'percent' },
      /signatureEncoding has no effect/,
    ],
  ])('%j is refused', (more, message) => {
    expect(check(more)).toMatch(message)
  })
})
