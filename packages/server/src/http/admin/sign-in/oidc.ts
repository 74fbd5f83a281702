/**
 * @module Sign-in at the platform's identity provider: the authorization code flow with PKCE, state and nonce.
 * @see [OpenID Connect Core §3.1](https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth)
 */
import { createPrivateKey } from 'node:crypto'
import { importPKCS8 } from 'jose'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  PrivateKeyJwt,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import type { OidcLogin } from '../../../engine/admin/oidc-members.ts'
import type { PlatformRole } from '../../../engine/admin/roles.ts'
import type { AdminSignInClaims } from '../../../engine/ports/credentials.ts'

export type OidcSettings = {
  readonly issuer: string
  readonly clientId: string
  /** A secret, or a private key as PEM (PKCS #8). */
  readonly credential: { readonly secret: string } | { readonly privateKey: string }
  /** The claim that lists a person's groups. */
  readonly groupsClaim: string
  readonly scopes: readonly string[]
  /** Roles by group. */
  readonly roles: Readonly<Record<string, PlatformRole>>
  /** `https://` of this server, then the path of the callback. */
  readonly redirectUri: string
}

type Begun = Omit<Extract<AdminSignInClaims, { step: 'oidc' }>, 'expiresAt'>

export interface OidcProvider {
  readonly roles: Readonly<Record<string, PlatformRole>>
  /** @returns where the browser goes, and what the sign-in needs to end. Rejects when the identity provider does not respond */
  begin(): Promise<{ readonly url: string; readonly begun: Begun }>
  /**
   * Redeems the code of the callback. Rejects when anything does not fit.
   * @param query of the callback
   */
  finish(query: string, begun: Begun): Promise<OidcLogin>
}

const TIMEOUT_SECONDS = 5

export function createOidcProvider(settings: OidcSettings): OidcProvider {
  let discovered: Promise<Configuration> | undefined
  /** Discovers once. A failure is tried again at the next sign-in. */
  function configuration(): Promise<Configuration> {
    discovered ??= discover(settings).catch((error: unknown) => {
      discovered = undefined
      throw error
    })
    return discovered
  }
  return {
    roles: settings.roles,
    async begin() {
      const [state, nonce, codeVerifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()]
      const url = buildAuthorizationUrl(await configuration(), {
        redirect_uri: settings.redirectUri,
        scope: settings.scopes.join(' '),
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, begun: { step: 'oidc', state, nonce, codeVerifier } }
    },
    finish: async (query, begun) => readLogin(await configuration(), settings, query, begun),
  }
}

async function discover({ issuer, clientId, credential }: OidcSettings): Promise<Configuration> {
  const authentication =
    'secret' in credential
      ? ClientSecretBasic(credential.secret)
      : PrivateKeyJwt(await importPKCS8(credential.privateKey, algorithmOf(credential.privateKey)))
  // A provider on http is one of the same machine: the configuration permits no other.
  const execute = issuer.startsWith('http:')
    ? [allowInsecureRequests, enableNonRepudiationChecks]
    : [enableNonRepudiationChecks]
  return discovery(new URL(issuer), clientId, undefined, authentication, {
    execute,
    timeout: TIMEOUT_SECONDS,
  })
}

function algorithmOf(privateKey: string): string {
  const { asymmetricKeyType } = createPrivateKey(privateKey)
  return asymmetricKeyType === 'rsa' ? 'RS256' : asymmetricKeyType === 'ec' ? 'ES256' : 'Ed25519'
}

async function readLogin(
  configuration: Configuration,
  { redirectUri, groupsClaim }: OidcSettings,
  query: string,
  { state, nonce, codeVerifier }: Begun,
): Promise<OidcLogin> {
  const tokens = await authorizationCodeGrant(configuration, new URL(`${redirectUri}${query}`), {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (!claims) throw new Error('The identity provider sent no ID token.')
  // Some providers have groups in the ID token, and others only at the UserInfo endpoint.
  const userinfo =
    claims[groupsClaim] === undefined && configuration.serverMetadata().userinfo_endpoint
      ? await fetchUserInfo(configuration, tokens.access_token, claims.sub)
      : {}
  const { iss, sub, name, email }: Readonly<Record<string, unknown>> = { ...userinfo, ...claims }
  return {
    issuer: String(iss),
    subject: String(sub),
    name: String(name ?? email ?? sub).slice(0, 200),
    groups: groupsOf({ ...userinfo, ...claims }[groupsClaim]),
  }
}

/** A list of texts. Some providers send a single group as a text. */
function groupsOf(claim: unknown): readonly string[] {
  return [claim].flat().filter((one): one is string => typeof one === 'string')
}
