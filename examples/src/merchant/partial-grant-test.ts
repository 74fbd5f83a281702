/**
 * @module The test of the demo merchant for `assent test-server --all-subsets`. It logs in with the result of `my.getAuthCode`, and prints
 * the scopes that the merchant's server stored.
 *
 * @see docs/mini-programs.md#test-every-partial-grant
 */
/** The content of the environment variable `ASSENT_TEST_SERVER`. */
type TestInput = {
  readonly appId: string
  readonly result: { readonly authCode?: string; readonly cause?: string }
}

const { appId, result } = JSON.parse(process.env['ASSENT_TEST_SERVER'] ?? '{}') as TestInput
const merchantUrl = process.env['MERCHANT_URL'] ?? 'http://127.0.0.1:7303'

async function post<T>(path: string, body: object): Promise<T> {
  const response = await fetch(merchantUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ appId, ...body }),
  })
  const reply = (await response.json()) as T & { error?: { code: string; message: string } }
  if (reply.error) throw new Error(`${path}: ${reply.error.code}: ${reply.error.message}`)
  return reply
}

async function storedScopes(): Promise<readonly string[]> {
  // A user who denies the request is not logged in, and the merchant stores nothing.
  if (result.authCode === undefined) return []
  const { session } = await post<{ session: string }>('/login', { authCode: result.authCode })
  const { scopes } = await post<{ scopes: readonly string[] }>('/scopes', { session })
  return scopes
}

process.stdout.write(`${JSON.stringify({ scopes: await storedScopes() })}\n`)
