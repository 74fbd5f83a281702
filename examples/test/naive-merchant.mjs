/**
 * @module A merchant that makes the mistake: it redeems the code and keeps what it has asked for, not what it was given.
 */
import { readFileSync } from 'node:fs'
import { createMerchantClient } from '@assent/merchant'

const { url, requested, result } = JSON.parse(process.env['ASSENT_TEST_SERVER'] ?? '{}')
const { clientId, privateKey, platformPublicKey } = JSON.parse(
  readFileSync(process.env['NAIVE_SETTINGS'] ?? '', 'utf8'),
)
const client = createMerchantClient({ baseUrl: url, clientId, privateKey, platformPublicKey })
if (result.authCode !== undefined) await client.applyToken({ authCode: result.authCode })
const scopes = result.authCode === undefined ? [] : requested
process.stdout.write(`${JSON.stringify({ scopes })}\n`)
