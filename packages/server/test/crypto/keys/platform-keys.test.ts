/**
 * @module The keys of a node when it starts: from a folder of an earlier version, from the environment, with files that cannot be used, and
 * beside another node with another key-encryption key.
 */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  KEY_ENCRYPTION_KEY_FILE_VARIABLE,
  KEY_ENCRYPTION_KEY_VARIABLE,
} from '../../../src/crypto/keys/key-encryption-key.ts'
import { generateKey } from '../../../src/crypto/keys/key-kinds.ts'
import { withStates } from '../../../src/crypto/keys/key-lifecycle.ts'
import { type KeysByKind, keySlots } from '../../../src/crypto/keys/key-ring.ts'
import { openKeyStore } from '../../../src/crypto/keys/key-store.ts'
import { openPlatformKeys } from '../../../src/crypto/keys/platform-keys.ts'
import { openSqliteStore } from '../../../src/stores/sqlite/store.ts'
import type { StoreHandle } from '../../../src/stores/store-handle.ts'
import { TEST_INTEGRITY } from '../../support/integrity.ts'

/** A folder with the first keys. Generating them takes seconds. */
const template = mkdtempSync(join(tmpdir(), 'assent-first-keys-'))
beforeAll(() => void openKeyStore(template))
afterAll(() => rmSync(template, { recursive: true }))

function useTemplate(keyFolder: string): void {
  cpSync(template, keyFolder, { recursive: true })
}

let root: string
let folder: string
let store: StoreHandle
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'assent-platform-keys-'))
  folder = join(root, 'keys')
  store = openSqliteStore(join(root, 'assent.db'), { integrity: TEST_INTEGRITY })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await store.close()
  rmSync(root, { recursive: true, force: true })
})

function open(keyFolder = folder): ReturnType<typeof openPlatformKeys> {
  const clock = () => Math.floor(Date.now() / 1000)
  return openPlatformKeys({ folder: keyFolder, store, clock, tokenRetentionSeconds: 86_400 })
}

async function readKeys(): Promise<KeysByKind> {
  const { writer } = await open()
  return (await writer.reader.read()).keys
}

function write(name: string, content: string, mode = 0o600): void {
  writeFileSync(join(folder, name), content, { mode })
}

describe('a folder of an earlier version', () => {
  it('keeps its keys, versions and times', async () => {
    useTemplate(folder)
    const next = generateKey('reply', 'RS256')
    write('master-2.key', generateKey('master', 'RS256'))
    write('reply-2.pem', `Active-From: 2020-01-01T00:00:00+00:00\n${next}`)
    write('reply-3.pem', generateKey('reply', 'RS256'))
    const { keys } = await open()
    expect(keys.reply.current(Date.now() / 1000).version).toBe(2)
    const read = await readKeys()
    const now = Math.floor(Date.now() / 1000)
    expect(keySlots(read).map(([name, ofSlot]) => [name, statesOf(ofSlot, now)])).toEqual([
      // A file without a time is used a minute after it was written.
      ['master', ['1 current', '2 announced']],
      ['reply', ['1 retired', '2 current', '3 announced']],
      ['assertion', ['1 current']],
      ['token RS256', ['1 current']],
      ['token ES256', ['2 current']],
      ['token EdDSA', ['3 current']],
    ])
    expect(statesOf(read.master, now + 61)).toEqual(['1 retired', '2 current'])
    expect(read.reply[1]?.key.export({ type: 'pkcs8', format: 'pem' })).toBe(next)
  })

  it.each([
    ['empty', 'master-1.key', '', 'is empty'],
    ['copied in part', 'reply-1.pem', '-----BEGIN PRIVATE KEY-----\nMIIE', 'copied in part'],
    ['empty', 'user-kek-1.key', '', 'is empty'],
  ])('is refused when a file that is needed is %s: %s', async (_, name, content, reason) => {
    useTemplate(folder)
    writeFileSync(join(folder, name), content)
    await expect(open()).rejects.toThrow(`${name} ${reason}`.replace(/ copied.*/, ' is damaged'))
    expect((await store.readPlatformKeys()).records).toEqual([])
  })

  it('is not needed after the import, except for the key-encryption key', async () => {
    useTemplate(folder)
    const before = await readKeys()
    const kek = readFileSync(join(folder, 'user-kek-1.key'), 'utf8')
    rmSync(folder, { recursive: true })
    mkdirSync(folder)
    write('user-kek-1.key', kek)
    const after = await readKeys()
    for (const [index, [, keys]] of keySlots(after).entries())
      expect(keys[0]?.key.equals(keySlots(before)[index]?.[1][0]?.key as never)).toBe(true)
  })
})

it('a file that is added later is published first, and gets a time that is far enough ahead', async () => {
  useTemplate(folder)
  await open()
  write('master-2.key', generateKey('master', 'RS256'))
  write('reply-2.pem', `Active-From: 2020-01-01T00:00:00+00:00\n${generateKey('reply', 'RS256')}`)
  const published = await readKeys()
  const timesOf = ({ master, reply }: KeysByKind) => [master[1]?.activeFrom, reply[1]?.activeFrom]
  expect(timesOf(published)).toEqual([undefined, undefined])
  const start = Math.floor(Date.now() / 1000)
  const [ofMaster = 0, ofReply = 0] = timesOf(await readKeys())
  expect(ofMaster - start).toBeGreaterThanOrEqual(59)
  expect(ofReply - start).toBeGreaterThanOrEqual(9)
})

describe('the key-encryption key', () => {
  it('can come from the environment, and then no folder is needed or made', async () => {
    vi.stubEnv(KEY_ENCRYPTION_KEY_VARIABLE, Buffer.alloc(32, 0xfe).toString('base64'))
    const { keys } = await open()
    expect(keys.reply.current(Date.now() / 1000).version).toBe(1)
    expect(() => readFileSync(folder)).toThrow('ENOENT')
    const again = await open(join(root, 'elsewhere'))
    expect(again.keys.assertion.current().key.equals(keys.assertion.current().key)).toBe(true)
  })

  it.each(['short', Buffer.alloc(16).toString('base64')])('cannot be %j', async (text) => {
    vi.stubEnv(KEY_ENCRYPTION_KEY_VARIABLE, text)
    await expect(open()).rejects.toThrow('must be 32 bytes in base64url')
  })

  it('can come from a mounted file, which only the node and its group can read', async () => {
    const file = join(root, 'mounted')
    vi.stubEnv(KEY_ENCRYPTION_KEY_FILE_VARIABLE, file)
    await expect(open()).rejects.toThrow(`${file} does not exist.`)
    writeFileSync(file, Buffer.alloc(32, 0xfe).toString('base64'))
    const mode = async (bits: number): Promise<unknown> => {
      chmodSync(file, bits)
      return open().then(({ keys }) => keys.reply.current(Date.now() / 1000).version, String)
    }
    expect(await mode(0o444)).toMatch(/ can be read by every user. Mount it with mode 0440 or 0400/)
    expect(await mode(0o440)).toBe(1)
    expect(() => readFileSync(folder)).toThrow('ENOENT')
    vi.stubEnv(KEY_ENCRYPTION_KEY_VARIABLE, 'another')
    expect(await mode(0o400)).toMatch(/and not both/)
  })

  it('must be that of the database', async () => {
    useTemplate(folder)
    await open()
    const other = join(root, 'other')
    useTemplate(other)
    writeFileSync(join(other, 'user-kek-1.key'), Buffer.alloc(32, 1).toString('base64url'))
    await expect(open(other)).rejects.toThrow('sealed with another key-encryption key')
  })
})

function statesOf(keys: KeysByKind['master'], now: number): readonly string[] {
  return withStates(keys, now).map(({ version, state }) => `${version} ${state}`)
}
