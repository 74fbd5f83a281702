/**
 * @module Values of the examples: requests of the client `kopi-server`. Secrets and tokens are placeholders.
 */
import type { ParameterName } from '../../http/oauth/parameters.ts'
import { ACCESS_TOKEN } from '../../http/oauth/tokens/rfc8693-token-exchange.ts'

/** The verifier and challenge are those of RFC 7636 appendix B. */
const VALUES = {
  client_id: 'kopi-server',
  redirect_uri: 'https://kopi.example/callback',
  response_type: 'code',
  scope: 'openid auth_user',
  state: 'a3f1c2',
  nonce: 'n-0S6_WzA2Mj',
  code: 'ac_AAAB1x…',
  code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
  refresh_token: 'rt_AAAB1x…',
  token: 'at_AAAB1x…',
  access_token: 'at_AAAB1x…',
  subject_token: 'at_AAAB1x…',
  subject_token_type: ACCESS_TOKEN,
  id_token_hint: 'eyJhbGciOiJSUzI1NiIs…',
  request_uri: 'urn:ietf:params:oauth:request_uri:pr_AAAB1x…',
  post_logout_redirect_uri: 'https://kopi.example/goodbye',
  response: 'fr_AAAB1x…',
  logout_request: 'eyJhbGciOiJSUzI1NiIs…',
  cursor: '0',
  sub: '2160220000000001',
} as const satisfies Partial<Record<ParameterName, string>>

export type ExampleName = keyof typeof VALUES

/** An example with the values of these parameters. */
export function exampleOf(
  names: readonly ExampleName[],
  more: Readonly<Partial<Record<ParameterName, string>>> = {},
): Readonly<Record<string, string>> {
  return { ...Object.fromEntries(names.map((name) => [name, VALUES[name]])), ...more }
}

export const GRANT_ID_EXAMPLE = '2n9c4qk0h'
export const CLIENT_ID_EXAMPLE = 'dc_4xVtYQ1zD0b7'

export const REGISTRATION_EXAMPLE = {
  redirect_uris: ['https://kopi.example/callback'],
  token_endpoint_auth_method: 'client_secret_basic',
  client_name: 'Kopi House',
}
