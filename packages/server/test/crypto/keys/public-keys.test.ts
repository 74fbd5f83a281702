/**
 * @module Public keys of assent.yaml as tools write them, in the file and behind a path: all can be read, or the message says what they
 * are and what to do.
 */
import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KEY_PROBLEMS } from '@assent/protocol'
import { afterAll, describe, expect, it } from 'vitest'
import {
  CODE_OF_OPENSSL,
  PUBLIC_KEY_FILES,
  WRONG_PUBLIC_KEY_FILES,
} from '../../../../merchant/test/support/key-files.ts'
import { readPublicKey } from '../../../src/crypto/keys/public-keys.ts'
import { WEAK_KEYS } from '../../support/weak-keys.ts'

const folder = mkdtempSync(join(tmpdir(), 'assent-keys-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function writeKey(content: string | Uint8Array, name = 'merchant.txt'): string {
  writeFileSync(join(folder, name), content)
  return name
}

function messageOf(text: string): string {
  try {
    readPublicKey(text, folder)
  } catch (error) {
    return `${(error as Error).message} ${(error as Error).cause ?? ''}`.trim()
  }
  return 'was read'
}

const isText = ({ content }: { content: string | Uint8Array }) => typeof content === 'string'

describe('in assent.yaml', () => {
  it.each(PUBLIC_KEY_FILES.filter(isText))('is read: $name', ({ content, key }) => {
    expect(readPublicKey(content as string, folder).equals(key)).toBe(true)
  })

  it.each(WRONG_PUBLIC_KEY_FILES.filter(isText))('is not read: $name', ({ content, problem }) => {
    expect(messageOf(content as string)).toBe(KEY_PROBLEMS[problem])
  })
})

it.each(Object.entries(WEAK_KEYS).filter(([name]) => !name.includes('zeros')))(
  'is refused, because it has %s',
  (_name, jwk) => {
    const pem = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }).export({
      format: 'pem',
      type: 'spki',
    })
    expect(messageOf(pem as string)).toMatch(/Create a new key pair/)
  },
)

describe('in a file', () => {
  it.each(PUBLIC_KEY_FILES)('is read: $name', ({ content, key }) => {
    expect(readPublicKey(writeKey(content), folder).equals(key)).toBe(true)
  })

  it.each(WRONG_PUBLIC_KEY_FILES)('is not read: $name', ({ content, problem }) => {
    const message = messageOf(writeKey(content))
    expect(message).toBe(KEY_PROBLEMS[problem])
    expect(message).not.toMatch(CODE_OF_OPENSSL)
  })

  it.each(['merchant-7.pem', './keys/merchant', '/nowhere/merchant', 'keys.txt'])(
    'is not read, because %s does not exist',
    (path) => {
      expect(messageOf(path)).toMatch(/^is the path of a file that does not exist: \//)
    },
  )
})
