/**
 * @module How often a client may call an API, and how often for one user: a minute at a time, on each node by itself.
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

const MINUTE_SECONDS = 60

export function createRateLimits(): RateLimits {
  const limiters = new Map<string, RateLimiterMemory>()

  async function consume(kind: string, points: number, key: string): Promise<void> {
    const name = `${kind}/${points}`
    const limiter =
      limiters.get(name) ?? new RateLimiterMemory({ points, duration: MINUTE_SECONDS })
    limiters.set(name, limiter)
    await limiter.consume(key).catch(() => {
      throw new AssentError('RATE_LIMITED', { detail: `${points} a minute.` })
    })
  }

  return {
    async consume({ name, perClient, perUser }, { clientId, grantId }) {
      if (perClient !== undefined) await consume(`${name}/client`, perClient, clientId)
      if (perUser !== undefined) await consume(`${name}/user`, perUser, String(grantId))
    },
  }
}
