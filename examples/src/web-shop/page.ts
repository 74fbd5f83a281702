/**
 * @module The web shop, a page for any browser. It signs the user in with an OAuth library. The tokens are bound to a non-extractable key
 * ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449.html)), and the page does not store them.
 */
import * as oauth from 'oauth4webapi'

type Settings = { readonly issuer: string; readonly clientId: string }
/** State of a sign-in, kept while the browser is at the wallet. */
type Pending = { readonly verifier: string; readonly state: string; readonly nonce: string }

const PENDING = 'pending'
const SCOPE = 'openid profile email'
/** The demo uses http on loopback. */
const INSECURE = { [oauth.allowInsecureRequests]: true } as const
const account = document.getElementById('account') as HTMLElement

async function start(): Promise<void> {
  const settings = (await (await fetch('settings.json')).json()) as Settings
  const issuer = new URL(settings.issuer)
  const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...INSECURE })
  const server = await oauth.processDiscoveryResponse(issuer, response)
  const client = { client_id: settings.clientId }
  const current = new URL(location.href)
  const isRedirect = current.searchParams.has('code') || current.searchParams.has('error')
  if (!isRedirect) return showSignIn(() => signIn(server, client))
  // Removes the code from the address bar and the history.
  history.replaceState(null, '', location.pathname)
  try {
    showUser(await finish(server, client, current))
  } catch (error) {
    showSignIn(() => signIn(server, client), reasonOf(error))
  }
}

async function signIn(server: oauth.AuthorizationServer, client: oauth.Client): Promise<void> {
  const pending: Pending = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
  }
  sessionStorage.setItem(PENDING, JSON.stringify(pending))
  const url = new URL(server.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: location.origin + location.pathname,
    response_type: 'code',
    scope: SCOPE,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: 'S256',
  }).toString()
  location.assign(url)
}

async function finish(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  current: URL,
): Promise<oauth.UserInfoResponse> {
  const stored = sessionStorage.getItem(PENDING)
  sessionStorage.removeItem(PENDING)
  if (stored === null)
    throw new Error('This sign-in was not started in this tab. Please try again.')
  const { verifier, state, nonce } = JSON.parse(stored) as Pending
  const parameters = oauth.validateAuthResponse(server, client, current, state)
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
  const options = { DPoP, ...INSECURE }
  const redeem = async (): Promise<oauth.TokenEndpointResponse> =>
    oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(
        server,
        client,
        oauth.None(),
        parameters,
        location.origin + location.pathname,
        verifier,
        options,
      ),
      { expectedNonce: nonce, requireIdToken: true },
    )
  const tokens = await withNonceRetry(redeem)
  const { sub } = oauth.getValidatedIdTokenClaims(tokens) ?? { sub: '' }
  const read = async (): Promise<oauth.UserInfoResponse> =>
    oauth.processUserInfoResponse(
      server,
      client,
      sub,
      await oauth.userInfoRequest(server, client, tokens.access_token, options),
    )
  return withNonceRetry(read)
}

/**
 * Repeats a request that the server rejected to provide a DPoP nonce
 * ([RFC 9449 §8](https://www.rfc-editor.org/rfc/rfc9449.html#section-8)).
 */
async function withNonceRetry<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (oauth.isDPoPNonceError(error)) return work()
    throw error
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof oauth.AuthorizationResponseError && error.error === 'access_denied')
    return 'You denied the request. Nothing was shared.'
  if (error instanceof oauth.AuthorizationResponseError)
    return `The wallet did not sign you in (${error.error}). Please try again.`
  // Messages of network failures differ between browsers and do not help the user.
  if (error instanceof TypeError) return 'The wallet cannot be reached. Please try again.'
  return error instanceof Error ? error.message : String(error)
}

function showSignIn(onTap: () => Promise<void>, message = 'Sign in to see your orders.'): void {
  const button = element('button', 'Sign in with Demo Wallet')
  button.addEventListener(
    'click',
    () => void onTap().catch((error: unknown) => showSignIn(onTap, reasonOf(error))),
  )
  account.replaceChildren(element('p', message), button)
}

function showUser(user: oauth.UserInfoResponse): void {
  const list = document.createElement('dl')
  for (const [name, value] of [
    ['Name', user.nickname],
    ['Email', user.email],
    ['User ID', user.sub],
  ])
    if (value) list.append(element('dt', String(name)), element('dd', String(value)))
  account.replaceChildren(element('h2', 'You are signed in'), list)
}

function element(tag: string, text: string): HTMLElement {
  const node = document.createElement(tag)
  node.textContent = text
  return node
}

void start().catch((error: unknown) => showSignIn(start, reasonOf(error)))
