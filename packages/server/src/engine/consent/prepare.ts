/**
 * @module Prepare: a merchant's server asks first, and gets a URL at which the user answers (contract: openapi §2).
 */
import type { ScopeRequest } from '@assent/protocol'
import { AssentError } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import type { Client, MiniProgram, Registry } from '../registry.ts'
import type { ScopeQuery } from './consult.ts'

export const AUTH_REQUEST_LIFETIME_SECONDS = 600

export type PrepareInput = {
  readonly client: Client
  /** May be left out by a client that has one mini program. */
  readonly appId?: string | undefined
  readonly scopes: readonly ScopeRequest[]
  /** Compared as text with the registered ones (RFC 9700 §2.1). */
  readonly redirectUri?: string | undefined
  /** Comes back beside the code. */
  readonly state?: string | undefined
}

/** @throws {AssentError} `PARAM_ILLEGAL` for a mini program, scope or redirect URI that is not the client's own */
export function prepareAuthRequest(
  { registry, credentials }: Pick<Ports, 'registry' | 'credentials'>,
  input: PrepareInput,
  now: number,
): string {
  const miniProgram = ownMiniProgram(registry, input)
  const scopes = input.scopes.map(({ scope }) => scope)
  const { redirectUri, state } = input
  if (redirectUri !== undefined && !input.client.redirectUris.includes(redirectUri)) {
    throw new AssentError('PARAM_ILLEGAL', { detail: 'authRedirectUrl is not registered.' })
  }
  const unapproved = scopes.filter((scope) => !miniProgram.scopes.has(scope))
  if (unapproved.length > 0) {
    throw new AssentError('PARAM_ILLEGAL', { detail: `Not approved: ${unapproved.join(', ')}.` })
  }
  return credentials.sealAuthRequest(
    {
      appId: miniProgram.appId,
      // All of it is required: the merchant has said what it needs.
      scopes: scopes.map((scope) => ({ scope, required: true })),
      ...(redirectUri !== undefined && {
        redirect: { uri: redirectUri, ...(state !== undefined && { state }) },
      }),
      expiresAt: now + AUTH_REQUEST_LIFETIME_SECONDS,
    },
    now,
  )
}

/** What a prepared request asks. @throws {AssentError} `AUTH_REQUEST_INVALID` */
export function openAuthRequest(
  { credentials }: Pick<Ports, 'credentials'>,
  authRequest: string,
  now: number,
): ScopeQuery {
  const claims = credentials.openAuthRequest(authRequest)
  if (!claims || now >= claims.expiresAt) throw new AssentError('AUTH_REQUEST_INVALID')
  return {
    appId: claims.appId,
    scopes: claims.scopes,
    ...(claims.redirect && { redirect: claims.redirect }),
  }
}

function ownMiniProgram(registry: Registry, { client, appId }: PrepareInput): MiniProgram {
  const own = [...registry.miniPrograms.values()].filter(
    (one) => one.clientId === client.clientId && one.active && one.appId === (appId ?? one.appId),
  )
  const [miniProgram] = own
  if (!miniProgram || own.length > 1) {
    throw new AssentError('PARAM_ILLEGAL', {
      detail: 'appId has to name one of your mini programs.',
    })
  }
  return miniProgram
}
