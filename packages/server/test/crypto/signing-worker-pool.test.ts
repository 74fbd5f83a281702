/**
 * @module The pool of signing threads: order of signatures, threads that end, and stop.
 */
import { generateKeyPairSync, verify } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createSigningWorkerPool,
  type SigningWorkerPool,
} from '../../src/crypto/signing-worker-pool.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
let pool: SigningWorkerPool | undefined

afterEach(() => pool?.stop())

describe(createSigningWorkerPool, () => {
  it.each([1, 2])(
    'resolves each call with the signature of its message (%i threads)',
    async (maxThreads) => {
      const signing = createSigningWorkerPool(privateKey, maxThreads)
      pool = signing
      const bodies = Array.from({ length: 200 }, (_, n) => `{"n":${n},"name":"Ä ${n} 字"}`)

      const signatures = await Promise.all(bodies.map((body) => signing.sign('POST /x\n', body)))

      const genuine = signatures.map((base64, n) =>
        verify(
          'sha256',
          Buffer.from(`POST /x\n${bodies[n]}`),
          publicKey,
          Buffer.from(base64, 'base64'),
        ),
      )
      expect(genuine).toEqual(bodies.map(() => true))
    },
  )

  it('rejects pending signatures when their thread ends, and starts another thread for the next call', async () => {
    // Signing with a public key throws, so each thread ends at once.
    pool = createSigningWorkerPool(publicKey)
    const pending = [pool.sign('', 'a'), pool.sign('', 'b')]

    const settled = await Promise.allSettled(pending)
    const later = await Promise.allSettled([pool.sign('', 'c')])

    expect([...settled, ...later].map(({ status }) => status)).toEqual(
      Array.from({ length: 3 }, () => 'rejected'),
    )
  })

  it('rejects pending signatures when it stops', async () => {
    pool = createSigningWorkerPool(privateKey)
    const settled = Promise.allSettled([pool.sign('', 'a')])

    await pool.stop()

    expect((await settled)[0]?.status).toBe('rejected')
  })
})
