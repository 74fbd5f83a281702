/**
 * @module What the life of an access token depends on, read from the store each time.
 */
import type { Standing, Standings, Store, TokenStanding } from './ports.ts'

export function standingOfToken({ grant, authorization, voidUntil }: Standing): TokenStanding {
  const ended = authorization === undefined || authorization.endedAt !== undefined
  return { grant, ended, voidUntil }
}

/** Every answer is as of now: for a process that follows no log. */
export function createRowStandings(store: Pick<Store, 'readStanding'>): Standings {
  return {
    async find({ grantId, authorizationId }) {
      const standing = await store.readStanding(grantId, authorizationId)
      return standing && standingOfToken(standing)
    },
  }
}
