/**
 * @module `assent keys generate` and `assent keys show`.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { copyFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type CommandResult,
  type Installation,
  installWithoutKeys,
  runCommand,
} from '../../support/command.ts'

let installation: Installation
beforeEach(() => {
  installation = installWithoutKeys()
})
afterEach(() => installation.remove())

function publicPem(version: number): string {
  const path = join(installation.folder, 'keys', `reply-${version}.pem`)
  const key = createPublicKey(createPrivateKey(readFileSync(path)))
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

function assent(...parameters: string[]): Promise<CommandResult> {
  return runCommand(...parameters, '--config', installation.configPath)
}

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00`

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
    const [head, ...pem] = output.split('\n')
    expect(head).toMatch(new RegExp(`^keyVersion=1 state=current activeFrom=${TIME}$`))
    expect(pem.join('\n')).toBe(publicPem(1))
    // The whole output is a valid PEM file, too.
    expect(createPublicKey(output).asymmetricKeyType).toBe('rsa')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const file of ['reply-1.pem', 'master-1.key'])
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)
  })

  it('announces the next reply key, and shows every key with its state, the current one first', async () => {
    expect((await assent('keys', 'rotate', '--replies')).output).toContain('uses it from')
    expect((await assent('keys', 'rotate', '--replies', '--after', '0')).output).toContain('reject')
    const { output } = await assent('keys', 'show')
    expect(output.match(/^keyVersion.*$/gm)).toEqual([
      expect.stringMatching(new RegExp(`^keyVersion=1 state=current activeFrom=${TIME}$`)),
      expect.stringMatching(new RegExp(`^keyVersion=2 state=announced activeFrom=${TIME}$`)),
      expect.stringMatching(new RegExp(`^keyVersion=3 state=announced activeFrom=${TIME}$`)),
    ])
    expect(output).toContain(publicPem(1).trim())
  })

  it('says how to activate a reply key that has no time', async () => {
    await assent('keys', 'show')
    const folder = join(installation.folder, 'keys')
    copyFileSync(join(folder, 'reply-1.pem'), join(folder, 'reply-2.pem'))
    const { output } = await assent('keys', 'show')
    expect(output).toContain('keyVersion=2 state=announced\n')
    expect(output).toContain('reply-2.pem never signs: ')
  })

  it.each([
    [['--replies', '--after', 'tomorrow'], '--after must be a duration'],
    [['--replies', '--key', 'token'], '--replies and --key exclude each other'],
    [['--key', 'reply', '--alg', 'RS256'], '--alg needs --key token'],
    [['--key', 'every'], '--key must be one of master, reply, assertion, token'],
  ])('refuses keys rotate %j', async (options, message) => {
    const { code, output } = await assent('keys', 'rotate', ...options)
    expect([code, output]).toEqual([2, expect.stringContaining(message)])
  })
})
