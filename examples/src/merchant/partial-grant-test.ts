/**
 * @module The demo merchant's own test, as `assent test-server --all-subsets` runs it: it logs in with what the page would have got, asks
 * its server what that has stored, and says so in its last line.
 */
type Given = {
  readonly appId: string
  readonly result: { readonly authCode?: string; readonly cause?: string }
}

const { appId, result } = JSON.parse(process.env['ASSENT_TEST_SERVER'] ?? '{}') as Given
const merchantUrl = process.env['MERCHANT_URL'] ?? 'http://127.0.0.1:7303'

async function ask<T>(path: string, body: object): Promise<T> {
  const response = await fetch(merchantUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ appId, ...body }),
  })
  const answer = (await response.json()) as T & { error?: { code: string; message: string } }
  if (answer.error) throw new Error(`${path}: ${answer.error.code}: ${answer.error.message}`)
  return answer
}

async function storedScopes(): Promise<readonly string[]> {
  // Who refuses is not logged in, and nothing is kept.
  if (result.authCode === undefined) return []
  const { session } = await ask<{ session: string }>('/login', { authCode: result.authCode })
  const { scopes } = await ask<{ scopes: readonly string[] }>('/scopes', { session })
  return scopes
}

process.stdout.write(`${JSON.stringify({ scopes: await storedScopes() })}\n`)
