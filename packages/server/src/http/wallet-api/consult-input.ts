/**
 * @module Reads the request of `consult`: the scopes of a mini program or a prepared request, and the context in which they are requested.
 */
import { parseRequestTime, parseScopes } from '@assent/protocol'
import type { ConsultInput, ScopeQuery } from '../../engine/consent/consult.ts'
import { openAuthRequest } from '../../engine/consent/prepare.ts'
import type { UserPresence } from '../../engine/consent/user-presence.ts'
import { AssentError } from '../../engine/errors.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import { invalidParameter } from '../request-schema.ts'
import type { WalletApiRequests } from './requests.ts'

type ConsultBody = WalletApiRequests['consult']

/** Clocks that are synchronized differ by less. */
const MAX_CLOCK_DIFFERENCE_SECONDS = 60

/** @param ahead seconds by which this server's clock is ahead of the wallet's; not 0 on a test server only */
export function readConsult(
  ports: Ports,
  request: ConsultBody,
  walletId: string,
  { now, ahead }: { readonly now: number; readonly ahead: number },
): ConsultInput {
  const { authRequest, context = {} } = request
  const authTime = readAuthTime(context.authenticatedAt, now, ahead)
  const query =
    authRequest === undefined
      ? readScopeQuery(ports, request)
      : openAuthRequest(ports, { authRequest, walletId }, now)
  return {
    user: { walletId, userId: request.userId },
    query,
    presence: authRequest === undefined ? readPresence(context, ahead) : 'prepared',
    ...(context.locale !== undefined && { locale: context.locale }),
    ...(context.pageInstance !== undefined && { pageInstance: context.pageInstance }),
    ...(context.acr !== undefined && { acr: context.acr }),
    ...(authTime !== undefined && { authTime }),
  }
}

/**
 * A login cannot be in the future: a time that is ahead by the difference of two clocks is now, and a later one is a mistake.
 * @throws {AssentError} `PARAM_ILLEGAL`
 */
function readAuthTime(text: string | undefined, now: number, ahead: number): number | undefined {
  if (text === undefined) return undefined
  const at = parseRequestTime(text)
  if (at === undefined) throw invalidParameter('context/authenticatedAt')
  const seconds = at + ahead
  if (seconds > now + MAX_CLOCK_DIFFERENCE_SECONDS)
    throw new AssentError('PARAM_ILLEGAL', {
      detail:
        'context.authenticatedAt is in the future. Send when you last authenticated the user.',
    })
  return Math.min(seconds, now)
}

function readScopeQuery({ hasher }: Pick<Ports, 'hasher'>, request: ConsultBody): ScopeQuery {
  const scopes = parseScopes(request.scopes)
  if (!scopes) throw invalidParameter('scopes')
  if (request.appId === undefined) throw invalidParameter('appId')
  const { nonce } = request
  if (nonce !== undefined && request.codeChallenge !== undefined) {
    throw new AssentError('PARAM_ILLEGAL', {
      detail: 'Send either nonce or codeChallenge, not both.',
    })
  }
  const codeChallenge = nonce === undefined ? request.codeChallenge : hasher.sha256(nonce)
  return { appId: request.appId, scopes, ...(codeChallenge !== undefined && { codeChallenge }) }
}

/** Missing fields get their most restrictive value ([context](../../../../../docs/wallets.md#context)). */
function readPresence(context: NonNullable<ConsultBody['context']>, ahead: number): UserPresence {
  const { firstScreen, deepLink, visible, userGestureAgeMilliseconds, userGestureAt } = context
  const gestureAt = userGestureAt === undefined ? undefined : parseRequestTime(userGestureAt)
  return {
    firstScreen: firstScreen ?? true,
    deepLink: deepLink ?? false,
    visible: visible ?? false,
    userGestureAgeSeconds:
      userGestureAgeMilliseconds === undefined ? undefined : userGestureAgeMilliseconds / 1000,
    userGestureAt: gestureAt === undefined ? undefined : gestureAt + ahead,
  }
}
