/**
 * @module `assent apply`, `assent export` and `assent diff`, as docs/registry.md describes them.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { readCodeBlocks } from '../../docs/code-blocks.ts'
import {
  type CommandResult,
  type Installation,
  install,
  runCommand,
} from '../../support/command.ts'
import { ROOT } from '../../support/compiler.ts'
import { runInProcess } from '../../support/in-process.ts'
import {
  clientEntry,
  miniProgramEntry,
  publicKey,
  walletEntry,
} from '../../support/registry-sections.ts'

const REASON = ['--reason', 'A test.']

let installation: Installation
beforeEach(() => {
  installation = install()
})
afterEach(() => installation.remove())

const run = (verb: string, ...args: string[]): Promise<CommandResult> =>
  runInProcess(installation, verb, ...args)

function write(sections: object, name = 'registry.yaml'): string {
  const path = join(installation.folder, name)
  writeFileSync(path, stringify(sections))
  return path
}

const apply = (sections: object, ...args: string[]): Promise<CommandResult> =>
  run('apply', '-f', write(sections), ...REASON, ...args)
async function exported(): Promise<string> {
  const path = join(installation.folder, 'all.yaml')
  await run('export', '--owner', 'all', '--out', path)
  return readFileSync(path, 'utf8')
}

const KOPI = clientEntry('kopi', 1, { miniPrograms: [miniProgramEntry('kopi-app')] })
const TEH = clientEntry('teh', 2)

describe('docs/registry.md', () => {
  it('shows what the commands print', async () => {
    const blocks = readCodeBlocks(
      'registry.md',
      readFileSync(join(ROOT, 'docs/registry.md'), 'utf8'),
    )
    const of = (language: string) => blocks.filter((one) => one.language === language)
    const [entryOfOther, file = ''] = of('yaml').map(({ code }) => code)
    const [applied, planned] = of('text').map(({ code }) => code)
    writeFileSync(join(installation.folder, 'kopi-house.pem'), publicKey(1))
    const path = join(installation.folder, 'registry.yaml')
    writeFileSync(path, file)
    const config = ['--config', installation.configPath]
    const reason = ['--reason', 'Kopi House joins']
    const first = await runCommand('apply', '-f', path, ...config, ...reason)
    expect(first.output).toBe(applied)
    writeFileSync(path, file.replace('PH', 'SG').replace('[auth_user]', '[auth_user, USER_EMAIL]'))
    expect((await run('apply', '-f', path, '--dry-run')).output).toBe(planned)
    writeFileSync(path, entryOfOther ?? '')
    const beans = await run('apply', '-f', path, ...REASON)
    expect(beans.output).toContain('+ mini program kopi-beans\n')
    const { output } = await runCommand('export', ...config)
    expect(output).toMatch(/^clients:\n- clientId: kopi-house\n[\s\S]*appId: kopi-beans\n/)
  })
})

describe('assent apply', () => {
  it('prints a plan, applies it as one change, and then has nothing to do', async () => {
    const { code, output } = await apply({ clients: [KOPI] }, '--actor', 'ana@example')
    expect({ code, lines: output.trim().split('\n') }).toEqual({
      code: 0,
      lines: [
        '+ client kopi',
        '+ mini program kopi-app',
        '2 to create, 0 to change, 0 to remove, 0 unchanged.',
        'Applied as change 1. It is in force on every node within a second.',
      ],
    })
    const changed = { ...KOPI, contact: 'privacy@kopi.example' }
    expect((await apply({ clients: [changed] })).output).toContain(
      '~ client kopi\n    contact: + "privacy@kopi.example"\n',
    )
    const again = await apply({ clients: [changed] })
    expect(again).toMatchObject({ code: 0, output: expect.stringContaining('Nothing was changed') })
  })

  it('changes nothing in a dry run, which finds the same problems', async () => {
    await apply({ clients: [KOPI] })
    const before = await exported()
    const dry = await apply({ clients: [TEH] }, '--dry-run')
    expect(dry).toMatchObject({ code: 0, output: expect.stringContaining('+ client teh\n') })
    const missing = { clients: [{ clientId: 'none', miniPrograms: [miniProgramEntry('a')] }] }
    const refused = await apply(missing, '--dry-run')
    expect(refused.code).toBe(1)
    expect(refused.output).toContain('mini program a names the client none, which does not exist')
    expect(await exported()).toBe(before)
    // The next change is the second one: the head is where it was.
    expect((await apply({ clients: [TEH] })).output).toContain('Applied as change 2.')
  })

  it('removes with --prune what the file does not declare', async () => {
    await apply({ clients: [KOPI, TEH] })
    expect((await apply({ clients: [TEH] })).output).not.toContain('- client')
    const { output } = await apply({ clients: [TEH] }, '--prune')
    expect(output).toContain('- client kopi\n- mini program kopi-app\n0 to create')
    expect(await exported()).not.toContain('kopi')
  })

  it('names every problem of the file with its line, and changes nothing', async () => {
    const { code, output } = await apply({
      clients: [{ ...KOPI, notifyUrl: 'http://kopi.example' }],
      wallets: [walletEntry('w', 3, { authorizeUrl: 'nowhere' })],
    })
    expect(code).toBe(2)
    expect(output).toMatch(/registry\.yaml:\d+:\d+ clients\/0\/notifyUrl must be an https URL/)
    expect(output).toMatch(/registry\.yaml:\d+:\d+ wallets\/0\/authorizeUrl must be an https URL/)
    expect(await exported()).toBe('{}\n')
  })

  it('names every record that does not fit the registry, and changes nothing', async () => {
    await apply({ clients: [KOPI] })
    const before = await exported()
    const { code, output } = await apply({
      clients: [
        { clientId: 'none', miniPrograms: [miniProgramEntry('a'), miniProgramEntry('b')] },
        TEH,
      ],
    })
    expect(code).toBe(1)
    expect(output.match(/names the client none/g)).toHaveLength(2)
    expect(output).toMatch(/Nothing was changed\.\n$/)
    expect(await exported()).toBe(before)
  })

  it.each([
    [[], /Name the file: -f registry\.yaml/],
    [['-f', 'none.yaml', '--dry-run'], /none\.yaml:1:1 .* does not exist/],
    [['-f', 'x.yaml'], /--reason must say why/],
    [['-f', 'x.yaml', '--reason', ' '], /--reason must say why/],
    [['-f', 'x.yaml', ...REASON, '--actor', ' '], /--actor must name who acts/],
  ])('says what is wrong with its arguments: %j', async (args, message) => {
    expect(await run('apply', ...args)).toEqual({ code: 2, output: expect.stringMatching(message) })
  })
})

describe('assent export', () => {
  it('writes a file that assent apply reads, and that a diff finds equal', async () => {
    await apply({ clients: [KOPI, TEH], wallets: [walletEntry('w', 3)] })
    const path = join(installation.folder, 'exported.yaml')
    expect(await run('export', '--out', path)).toEqual({ code: 0, output: '' })
    expect(readFileSync(path, 'utf8')).toBe(await exported())
    expect(existsSync(`${path}.tmp`)).toBe(false)
    expect(await run('diff', '-f', path)).toMatchObject({ code: 0 })
    expect((await run('apply', '-f', path, '--prune', ...REASON)).output).toContain(
      'Nothing was changed.',
    )
  })
})

describe('assent diff', () => {
  it('exits with 1 when there are differences, and changes nothing', async () => {
    await apply({ clients: [KOPI] })
    const before = await exported()
    const { code, output } = await run('diff', '-f', write({ clients: [TEH] }, 'other.yaml'))
    expect({ code, lines: output.trim().split('\n') }).toEqual({
      code: 1,
      lines: [
        '+ client teh',
        '- client kopi',
        '- mini program kopi-app',
        '1 to create, 0 to change, 2 to remove, 0 unchanged.',
      ],
    })
    expect(await exported()).toBe(before)
  })
})
