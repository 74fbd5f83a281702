/**
 * @module A merchant with a common mistake: it stores the requested scopes in place of the granted ones.
 */
import { readFileSync } from 'node:fs'
import { createMerchantClient } from '@assent/merchant'

const { url, platformKeysUrl, appId, requested, result } = JSON.parse(
  process.env['ASSENT_TEST_SERVER'] ?? '{}',
)
const { clientId, privateKey } = JSON.parse(
  readFileSync(process.env['NAIVE_SETTINGS'] ?? '', 'utf8'),
)
const client = createMerchantClient({
  baseUrl: url,
  clientId,
  privateKey,
  platformKeys: { url: platformKeysUrl },
})
if (result.authCode !== undefined) await client.applyToken({ appId, authCode: result.authCode })
const scopes = result.authCode === undefined ? [] : requested
process.stdout.write(`${JSON.stringify({ scopes })}\n`)
