/**
 * @module Rate limits of the wallet's APIs per client and per user. Each node counts separately, in windows of one minute.
 * @see docs/gateway.md#what-the-merchant-receives
 */
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { AssentError } from '../../engine/errors.ts'
import type { ApiRoute } from './api-routes.ts'

export interface RateLimits {
  /** @throws {AssentError} `RATE_LIMITED` */
  consume(
    route: ApiRoute,
    caller: { readonly clientId: string; readonly grantId: number },
  ): Promise<void>
}

const WINDOW_SECONDS = 60

export function createRateLimits(): RateLimits {
  const limiters = new Map<string, RateLimiterMemory>()

  async function consume(kind: string, points: number, key: string): Promise<void> {
    const name = `${kind}/${points}`
    const limiter =
      limiters.get(name) ?? new RateLimiterMemory({ points, duration: WINDOW_SECONDS })
    limiters.set(name, limiter)
    await limiter.consume(key).catch(() => {
      throw new AssentError('RATE_LIMITED', { detail: `The limit is ${points} calls per minute.` })
    })
  }

  return {
    async consume({ name, perClient, perUser }, { clientId, grantId }) {
      if (perClient !== undefined) await consume(`${name}/client`, perClient, clientId)
      if (perUser !== undefined) await consume(`${name}/user`, perUser, String(grantId))
    },
  }
}
