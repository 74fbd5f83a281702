import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../../../support/command.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-init-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('assent init', () => {
  it('writes a commented file that assent check accepts, and keys that only the user can read', async () => {
    const written = await runCommand('init', '--folder', folder)
    expect(written).toMatchObject({
      code: 0,
      output: expect.stringContaining('Next: assent check'),
    })
    const config = join(folder, 'assent.yaml')
    expect(await runCommand('check', '--config', config)).toEqual({
      code: 0,
      output: `${config} is valid: 1 wallets, 1 clients, 1 mini programs\n`,
    })
    const lines = readFileSync(config, 'utf8').split('\n')
    expect(lines.filter((line) => line.trim().startsWith('#')).length).toBeGreaterThan(15)
    expect(statSync(join(folder, 'wallet.private.pem')).mode & 0o777).toBe(0o600)
  })

  it('overwrites nothing', async () => {
    const path = join(folder, 'merchant.private.pem')
    writeFileSync(path, 'mine')
    const { code, output } = await runCommand('init', '--folder', folder)
    expect([code, output]).toEqual([
      2,
      expect.stringMatching(/merchant\.private\.pem exists already/),
    ])
    expect(readdirSync(folder)).toEqual(['merchant.private.pem'])
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })
})
