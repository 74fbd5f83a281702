/**
 * @module The code and the vectors of docs/platform-signatures.md.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SignatureEncoding } from '@assent/protocol'
import { ROOT } from '../support/compiler.ts'
import { readCodeBlocks } from './code-blocks.ts'

const PAGE = 'docs/platform-signatures.md'

export type Vector = {
  readonly message: string
  readonly encoding: SignatureEncoding
  readonly path: string
  readonly clientId: string
  readonly requestTime: string
  readonly body: string
  readonly signature: string
}

export type Vectors = {
  /** Base64 of X.509 SPKI, by `keyVersion`. */
  readonly publicKeys: Readonly<Record<string, string>>
  readonly vectors: readonly Vector[]
}

/** The only code block of a language. */
export function readBlock(language: string): string {
  const blocks = readCodeBlocks(PAGE, readFileSync(join(ROOT, PAGE), 'utf8'))
  const [block, ...others] = blocks.filter((one) => one.language === language)
  if (!block || others.length > 0) throw new Error(`${PAGE} must have one block of ${language}.`)
  return block.code
}

export function readVectors(): Vectors {
  return JSON.parse(readBlock('json')) as Vectors
}

/** The private key of the vectors. */
export function readVectorKey(): KeyObject {
  const file = new URL('../fixtures/platform-key.json', import.meta.url)
  const { privateKey } = JSON.parse(readFileSync(file, 'utf8')) as { privateKey: string }
  return createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' })
}
