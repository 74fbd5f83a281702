/**
 * @module `assent keys generate` and `assent keys show`.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Installation, install, runCommand } from '../../support/command.ts'

let installation: Installation
beforeEach(() => {
  installation = install()
})
afterEach(() => installation.remove())

describe('assent keys', () => {
  it('generates a key pair that only its owner can read, and never overwrites a file', async () => {
    const out = join(installation.folder, 'pair')
    expect((await runCommand('keys', 'generate', '--out', out)).code).toBe(0)
    expect(statSync(join(out, 'private-key.pem')).mode & 0o777).toBe(0o600)
    const privateKey = createPrivateKey(readFileSync(join(out, 'private-key.pem')))
    const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' })
    expect(readFileSync(join(out, 'public-key.pem'), 'utf8')).toBe(publicPem)
    expect((await runCommand('keys', 'generate', '--out', out)).code).toBe(1)
  })

  it('shows the key that verifies replies, in a folder of mode 0700 with files of mode 0600', async () => {
    const { output } = await runCommand('keys', 'show', '--config', installation.configPath)
    const folder = join(installation.folder, 'keys')
    const privateKey = createPrivateKey(readFileSync(join(folder, 'reply-1.pem')))
    expect(output.trim()).toBe(
      createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString().trim(),
    )
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const file of ['reply-1.pem', 'master-1.key'])
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)
  })
})
