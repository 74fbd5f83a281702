/**
 * @module An operator follows the commands of a page in a new installation, with the `assent` command of this repository.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, it } from 'vitest'
import { type Installation, install } from '../support/command.ts'
import { SECOND_WALLET_KEY } from '../support/keys.ts'
import { testConfig } from '../support/server.ts'
import { pathWithCommand } from './command-on-path.ts'
import { followPage } from './page-steps.ts'

const PAGE_TIMEOUT_MS = 120_000

let installation: Installation
beforeEach(() => {
  installation = install({ ...testConfig(), receiptCheckpoints: 'checkpoints.log' })
})
afterEach(() => installation.remove())

it.each([
  'emergencies.md',
  'how-to/read-a-failing-signature.md',
  'how-to/rotate-a-merchants-key.md',
  'merchants.md',
  'operating.md',
  'registry.md',
])(
  '%s: every command works',
  (page) => {
    const { folder } = installation
    writeFileSync(join(folder, 'kopi-house.pem'), SECOND_WALLET_KEY.publicKey)
    const env = { PATH: pathWithCommand(folder) }
    followPage({ folder, directory: folder, env, adapt: (text) => text, background: [] }, page)
  },
  PAGE_TIMEOUT_MS,
)
