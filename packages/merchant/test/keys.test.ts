/**
 * @module Keys as tools write them: all can be read, or the message says what they are and what to do.
 */
import { createSecretKey } from 'node:crypto'
import { KEY_PROBLEMS } from '@assent/protocol'
import { describe, expect, it } from 'vitest'
import { type KeyInput, readPrivateKey, readPublicKey } from '../src/keys.ts'
import {
  CODE_OF_OPENSSL,
  PRIVATE_KEY_FILES,
  PUBLIC_KEY_FILES,
  RSA_KEYS,
  WRONG_PRIVATE_KEY_FILES,
  WRONG_PUBLIC_KEY_FILES,
} from './support/key-files.ts'

function messageOf(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).cause).toBeUndefined()
    return (error as Error).message
  }
  return 'was read'
}

const PATHS = [
  'private-key.pem',
  './keys/merchant.key',
  '/etc/assent/keys/merchant',
  'C:\\keys\\merchant.txt',
  '~/.keys/merchant',
]

describe.each([
  {
    kind: 'private',
    read: readPrivateKey,
    files: PRIVATE_KEY_FILES,
    wrong: WRONG_PRIVATE_KEY_FILES,
  },
  { kind: 'public', read: readPublicKey, files: PUBLIC_KEY_FILES, wrong: WRONG_PUBLIC_KEY_FILES },
] as const)('a $kind key', ({ kind, read, files, wrong }) => {
  it.each(files)('is read from $name', ({ content, key }) => {
    expect(read('key', content).equals(key)).toBe(true)
  })

  it.each(wrong)('is not read from $name: $problem', ({ content, problem }) => {
    const message = messageOf(() => read('theKey', content))
    expect(message).toBe(`theKey ${KEY_PROBLEMS[problem]}`)
    expect(message).not.toMatch(CODE_OF_OPENSSL)
  })

  it.each(PATHS)('is not read from the path %s', (path) => {
    expect(messageOf(() => read('theKey', path))).toBe(`theKey ${KEY_PROBLEMS.FILE_PATH}`)
  })

  it('may be a key object of its kind', () => {
    const own = kind === 'private' ? RSA_KEYS.privateKey : RSA_KEYS.publicKey
    const other: KeyInput = kind === 'private' ? RSA_KEYS.publicKey : RSA_KEYS.privateKey
    expect(read('theKey', own)).toBe(own)
    expect(messageOf(() => read('theKey', other))).toMatch(/^theKey is a (public|private) key/)
    const secret = createSecretKey(Buffer.alloc(32))
    expect(messageOf(() => read('theKey', secret))).toContain('must be an RSA key')
  })
})
