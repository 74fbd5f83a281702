/**
 * @module A shop's page in any browser: signs its user in with the wallet, as any OAuth library does it. The tokens are bound to a key
 * that cannot leave this page (DPoP), and the page keeps none of them.
 */
import * as oauth from 'oauth4webapi'

type Settings = { readonly issuer: string; readonly clientId: string }
/** What has to survive the way to the wallet and back. */
type Pending = { readonly verifier: string; readonly state: string; readonly nonce: string }

const PENDING = 'pending'
const SCOPE = 'openid profile email'
/** The demo is on this machine, and speaks http. */
const INSECURE = { [oauth.allowInsecureRequests]: true } as const
const account = document.getElementById('account') as HTMLElement

async function start(): Promise<void> {
  const settings = (await (await fetch('settings.json')).json()) as Settings
  const issuer = new URL(settings.issuer)
  const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...INSECURE })
  const server = await oauth.processDiscoveryResponse(issuer, response)
  const client = { client_id: settings.clientId }
  const current = new URL(location.href)
  const isBack = current.searchParams.has('code') || current.searchParams.has('error')
  if (!isBack) return showSignIn(() => signIn(server, client))
  // Neither the history nor who looks over the shoulder needs the code.
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
  const kept = sessionStorage.getItem(PENDING)
  sessionStorage.removeItem(PENDING)
  if (kept === null) throw new Error('This sign-in was not begun on this page. Please try again.')
  const { verifier, state, nonce } = JSON.parse(kept) as Pending
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
  const tokens = await onceMore(redeem)
  const { sub } = oauth.getValidatedIdTokenClaims(tokens) ?? { sub: '' }
  const read = async (): Promise<oauth.UserInfoResponse> =>
    oauth.processUserInfoResponse(
      server,
      client,
      sub,
      await oauth.userInfoRequest(server, client, tokens.access_token, options),
    )
  return onceMore(read)
}

/** The first answer of a server gives the nonce of the proofs (RFC 9449 §8). */
async function onceMore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (oauth.isDPoPNonceError(error)) return work()
    throw error
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof oauth.AuthorizationResponseError && error.error === 'access_denied')
    return 'You did not allow it. Nothing was shared.'
  // What fetch throws: its words differ from browser to browser, and help nobody here.
  if (error instanceof TypeError) return 'The wallet cannot be reached. Please try again.'
  return error instanceof Error ? error.message : String(error)
}

function showSignIn(onTap: () => Promise<void>, said = 'Sign in to see your orders.'): void {
  const button = element('button', 'Sign in with Demo Wallet')
  button.addEventListener(
    'click',
    () => void onTap().catch((error: unknown) => showSignIn(onTap, reasonOf(error))),
  )
  account.replaceChildren(element('p', said), button)
}

function showUser(user: oauth.UserInfoResponse): void {
  const list = document.createElement('dl')
  for (const [name, value] of [
    ['Name', user.nickname],
    ['E-mail', user.email],
    ['Known here as', user.sub],
  ])
    if (value) list.append(element('dt', String(name)), element('dd', String(value)))
  account.replaceChildren(element('h2', 'You are signed in'), list)
}

function element(tag: string, text: string): HTMLElement {
  const made = document.createElement(tag)
  made.textContent = text
  return made
}

void start().catch((error: unknown) => showSignIn(start, reasonOf(error)))
