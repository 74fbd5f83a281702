/**
 * @module An operator follows the commands of a page in a new installation, with the `assent` command of this repository.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, it } from 'vitest'
import { type Installation, install } from '../support/command.ts'
import { ROOT } from '../support/compiler.ts'
import { SECOND_WALLET_KEY } from '../support/keys.ts'
import { testConfig } from '../support/server.ts'
import { followPage } from './page-steps.ts'

const PAGE_TIMEOUT_MS = 120_000

let installation: Installation
beforeEach(() => {
  installation = install({ ...testConfig(), receiptCheckpoints: 'checkpoints.log' })
})
afterEach(() => installation.remove())

/** A folder with the `assent` command, for the path. */
function createBin(): string {
  const bin = join(installation.folder, 'bin')
  mkdirSync(bin)
  const command = `exec "${process.execPath}" "${join(ROOT, 'packages/server/bin/assent.js')}" "$@"`
  writeFileSync(join(bin, 'assent'), `#!/bin/sh\n${command}\n`)
  chmodSync(join(bin, 'assent'), 0o755)
  return bin
}

it.each(['emergencies.md', 'merchants.md', 'operating.md', 'registry.md'])(
  '%s: every command works',
  (page) => {
    const { folder } = installation
    writeFileSync(join(folder, 'kopi-house.pem'), SECOND_WALLET_KEY.publicKey)
    const env = { PATH: `${createBin()}:${process.env['PATH']}` }
    followPage({ folder, directory: folder, env, adapt: (text) => text, background: [] }, page)
  },
  PAGE_TIMEOUT_MS,
)
