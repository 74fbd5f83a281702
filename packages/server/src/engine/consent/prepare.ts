/**
 * @module Prepare: a merchant's server creates an authorization request, which the user opens by a URL.
 * @see docs/merchant-api.md#prepare
 */
import type { ScopeRequest } from '@assent/protocol'
import { AssentError } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import type { Client, MiniProgram, Registry } from '../registry.ts'
import { AUTH_REQUEST_LIFETIME_SECONDS } from './auth-request-age.ts'
import type { ScopeQuery } from './consult.ts'

export type PrepareInput = {
  readonly client: Client
  /** The wallet whose users open the request. Without one, no wallet can open it. */
  readonly walletId: string | undefined
  /** Optional for a client with a single mini program. */
  readonly appId?: string | undefined
  readonly scopes: readonly ScopeRequest[]
  /** Must equal a registered one (RFC 9700 §2.1). */
  readonly redirectUri?: string | undefined
  /** Returned to the redirect URI with the code. */
  readonly state?: string | undefined
}

/**
 * Seals a prepared request.
 * @throws {AssentError} `PARAM_ILLEGAL` for a mini program or redirect URI of another client, or a scope that is not approved
 */
export async function prepareAuthRequest(
  { registry, credentials, random }: Pick<Ports, 'registry' | 'credentials' | 'random'>,
  input: PrepareInput,
  now: number,
): Promise<string> {
  const miniProgram = await ownMiniProgram(registry, input)
  const scopes = input.scopes.map(({ scope }) => scope)
  const { redirectUri, state } = input
  if (redirectUri !== undefined && !input.client.redirectUris.includes(redirectUri)) {
    throw new AssentError('PARAM_ILLEGAL', {
      detail: 'authRedirectUrl is not a registered redirect URI of this client.',
    })
  }
  const unapproved = scopes.filter((scope) => !miniProgram.scopes.has(scope))
  if (unapproved.length > 0) {
    throw new AssentError('PARAM_ILLEGAL', {
      detail: `scopes contains scopes that are not approved for this mini program: ${unapproved.join(', ')}.`,
    })
  }
  return credentials.sealAuthRequest(
    {
      ...(input.walletId !== undefined && { walletId: input.walletId }),
      requestId: random.text(12),
      appId: miniProgram.appId,
      // All scopes are required: a prepared request has no optional scopes.
      scopes: scopes.map((scope) => ({ scope, required: true })),
      ...(redirectUri !== undefined && {
        redirect: { uri: redirectUri, ...(state !== undefined && { state }) },
      }),
      expiresAt: now + AUTH_REQUEST_LIFETIME_SECONDS,
    },
    now,
  )
}

/**
 * Opens a prepared request for the wallet that it was made for.
 * @throws {AssentError} `AUTH_REQUEST_INVALID` when it is invalid, has expired, or was made for another wallet
 */
export function openAuthRequest(
  { credentials }: Pick<Ports, 'credentials'>,
  { authRequest, walletId }: { readonly authRequest: string; readonly walletId: string },
  now: number,
): ScopeQuery {
  const claims = credentials.openAuthRequest(authRequest)
  if (!claims || now >= claims.expiresAt || claims.walletId !== walletId)
    throw new AssentError('AUTH_REQUEST_INVALID')
  const { requestId, expiresAt } = claims
  return {
    appId: claims.appId,
    scopes: claims.scopes,
    ...(requestId !== undefined && { authRequest: { requestId, expiresAt } }),
    ...(claims.redirect && { redirect: claims.redirect }),
  }
}

async function ownMiniProgram(
  registry: Registry,
  { client: { clientId }, appId }: PrepareInput,
): Promise<MiniProgram> {
  const miniProgram = await (appId === undefined
    ? findOnlyMiniProgram(registry, clientId)
    : registry.findMiniProgram(appId))
  if (!miniProgram?.active || miniProgram.clientId !== clientId) {
    throw new AssentError('PARAM_ILLEGAL', {
      detail: 'appId must be the id of an active mini program of this client.',
    })
  }
  return miniProgram
}

/** @returns `undefined` when the client has no active mini program, or several */
async function findOnlyMiniProgram(
  registry: Registry,
  clientId: string,
): Promise<MiniProgram | undefined> {
  const active = (await registry.listMiniPrograms(clientId)).filter((one) => one.active)
  return active.length === 1 ? active[0] : undefined
}
