/**
 * @module The users file: whose an entry is must be certain, and every field that cannot be read is named with its place.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoadedConfig } from '../../src/config/loaded-config.ts'
import { describeUsersFile, readUsersFile } from '../../src/config/users-file.ts'
import { testConfig, WALLET_ID } from '../support/server.ts'

/** 2026-11-28T12:00:00Z */
const NOW = 1_795_867_200

let folder: string
let path: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-users-'))
  path = join(folder, 'users.yaml')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function describeFile(text: string): readonly string[] {
  writeFileSync(path, text)
  const config = { ...testConfig(), folder, path: join(folder, 'assent.yaml') }
  const loaded = { ...config, fromFile: config, issues: [] } as LoadedConfig
  return describeUsersFile(loaded, NOW).map((line) => line.slice(folder.length + 1))
}

const entry = (lines: string): string => `users:\n  - walletId: ${WALLET_ID}\n    ${lines}\n`

describe('a users file', () => {
  it('without problems is described by nothing', () => {
    expect(describeFile(entry('userId: u-1\n    status: ACTIVE\n    email: null'))).toEqual([])
  })

  it('is described by every field that is left out, with its line', () => {
    const text = entry(`userId: u-1
    birthDate: 1990-13-45
    userName: { fullName: 17 }
    mobilePhone: +639171234567
    nickname: Maria
    guardianId: 1002`)
    expect(describeFile(text)).toEqual([
      'users.yaml:7:15 users/0/nickname is not a known field: it is ignored',
      expect.stringMatching(
        /^users\.yaml:2:5 users\/0\/status cannot be read \(missing\): .*ACTIVE/,
      ),
      expect.stringMatching(/^users\.yaml:8:17 users\/0\/guardianId cannot be read \(wrong_type\)/),
      expect.stringMatching(
        /^users\.yaml:4:16 users\/0\/birthDate .*\(invalid_format\).*1994-05-17/,
      ),
      expect.stringMatching(/^users\.yaml:6:18 users\/0\/mobilePhone .*\(wrong_type\).*quotes/),
      expect.stringMatching(/^users\.yaml:5:27 users\/0\/userName\/fullName .*\(wrong_type\)/),
    ])
  })

  it('is described by users of other wallets', () => {
    const text = 'users: [{ walletId: other, userId: u-1, status: ACTIVE }]'
    expect(describeFile(text)).toEqual([
      'users.yaml:1:21 users/0/walletId is not a wallet of assent.yaml: other',
    ])
  })

  it.each([
    [
      'a number as an id',
      entry('userId: 1001'),
      /:3:13 users\/0\/userId must be string: put it in quotes/,
    ],
    ['no id', entry('status: ACTIVE'), /:2:5 users\/0 must have required properties userId/],
    ['an empty id', entry('userId: ""'), /users\/0\/userId must not have fewer than 1 char/],
    ['a null id', entry('userId: null'), /users\/0\/userId must be string/],
    ['no list', 'users: { userId: u-1 }', /users must be array/],
    ['an entry that is text', 'users: [u-1]', /users\/0 must be object/],
    ['nothing', '', /is empty/],
    ['broken YAML', 'users: [', /users\.yaml:1:9 /],
    [
      'the same user twice',
      `${entry('userId: u-1')}  - { walletId: ${WALLET_ID}, userId: u-1, status: ACTIVE }`,
      /:4:5 users\/1 is the user of users\/0 again: keep one of them/,
    ],
  ])('with %s is refused', (_name, text, message) => {
    writeFileSync(path, text)
    expect(() => readUsersFile(path)).toThrow(message)
  })

  it('that does not exist is refused with its path', () => {
    expect(() => readUsersFile(join(folder, 'none.yaml'))).toThrow(/none\.yaml:1:1 .*no such file/)
  })
})
