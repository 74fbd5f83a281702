import { generateKeyPairSync, verify } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createSigningWorkerPool,
  type SigningWorkerPool,
} from '../../src/crypto/signing-worker-pool.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
let threads: SigningWorkerPool | undefined

afterEach(() => threads?.stop())

describe(createSigningWorkerPool, () => {
  it.each([1, 2])('gives each its own signature, with %i threads', async (most) => {
    const signing = createSigningWorkerPool(privateKey, most)
    threads = signing
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
  })

  it('rejects what waits when its thread ends, and asks another one the next time', async () => {
    // No thread can sign with it, so each ends at once.
    threads = createSigningWorkerPool(publicKey)
    const asked = [threads.sign('', 'a'), threads.sign('', 'b')]

    const settled = await Promise.allSettled(asked)
    const later = await Promise.allSettled([threads.sign('', 'c')])

    expect([...settled, ...later].map(({ status }) => status)).toEqual(
      Array.from({ length: 3 }, () => 'rejected'),
    )
  })

  it('rejects what is not signed when it stops', async () => {
    threads = createSigningWorkerPool(privateKey)
    const asked = threads.sign('', 'a')
    const settled = Promise.allSettled([asked])

    await threads.stop()

    expect((await settled)[0]?.status).toBe('rejected')
  })
})
