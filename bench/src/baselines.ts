/**
 * @module Baselines: the maximum rate of each part of a request on this machine.
 */
import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'

export type Baseline = { readonly name: string; readonly measure: () => Promise<number> }

const SECONDS = 0.5
/** Twice the size of libuv's thread pool, which keeps its four threads busy. */
const SIGNERS = 8

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const longer = generateKeyPairSync('rsa', { modulusLength: 3072 })
const message = randomBytes(300)
const signature = sign('sha256', message, privateKey)
const signAsync = promisify(sign) as (
  algorithm: string,
  data: Buffer,
  key: typeof privateKey,
) => Promise<Buffer>

export const RSA_BASELINES: readonly Baseline[] = [
  {
    name: 'RSA-2048 signs/s, one core',
    measure: () => perSecond(1, async () => sign('sha256', message, privateKey)),
  },
  {
    name: 'RSA-2048 signs/s, thread pool',
    measure: () => perSecond(SIGNERS, () => signAsync('sha256', message, privateKey)),
  },
  {
    name: 'RSA-3072 signs/s, one core',
    measure: () => perSecond(1, async () => sign('sha256', message, longer.privateKey)),
  },
  {
    name: 'RSA-2048 verifies/s, one core',
    measure: () => perSecond(1, async () => verify('sha256', message, publicKey, signature)),
  },
]

/** Repeats an operation with concurrent callers. @returns operations per second */
export async function perSecond(
  callers: number,
  operation: () => Promise<unknown>,
): Promise<number> {
  const until = performance.now() + SECONDS * 1000
  let count = 0
  async function caller(): Promise<void> {
    while (performance.now() < until) {
      await operation()
      count++
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return count / SECONDS
}
