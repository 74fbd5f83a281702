/**
 * @module What receives the signed requests of the platform: merchants' webhooks and the wallet's user directory, in one server.
 */
import { USERS } from './server.ts'
import { json, startUpstream, type Upstream } from './upstream.ts'

export type Received = {
  readonly path: string
  readonly headers: Upstream['arrived'][number]['headers']
  readonly body: string
}

export type Outside = {
  readonly url: string
  /** Every request, in the order of arrival. */
  received(): readonly Received[]
  clear(): void
  close(): void
}

/** It acknowledges every notification, and has the same user under every id. */
export async function startOutside(): Promise<Outside> {
  const upstream = await startUpstream()
  const [{ walletId: _walletId, userId: _userId, ...user }] = USERS
  upstream.answer = json({ user, result: { resultStatus: 'S' } })
  return {
    url: upstream.url,
    received: () =>
      upstream.arrived.map(({ url: path, headers, body }) => ({ path, headers, body })),
    clear() {
      upstream.arrived.length = 0
    },
    close: upstream.close,
  }
}
