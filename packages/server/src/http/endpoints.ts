/**
 * @module The endpoints of all interfaces. The gateway comes last: it has every path that no other interface has.
 */
import { CONSENT_PAGE_ENDPOINTS } from './consent-page/endpoints.ts'
import type { Endpoint } from './endpoint.ts'
import { GATEWAY_ENDPOINT } from './gateway/endpoints.ts'
import { MANAGEMENT_ENDPOINTS } from './management/endpoints.ts'
import { MERCHANT_API_ENDPOINTS } from './merchant-api/endpoints.ts'
import { METADATA_ENDPOINTS, OAUTH_ENDPOINTS, REGISTRATION_ENDPOINTS } from './oauth/endpoints.ts'
import { PRIVACY_PAGE_ENDPOINTS } from './privacy-page/endpoints.ts'
import { SIGNATURE_DIAGNOSTICS_ENDPOINT } from './signature-diagnostics/endpoints.ts'
import { TEST_SERVER_ENDPOINTS } from './test-server/endpoints.ts'
import { WALLET_API_ENDPOINTS } from './wallet-api/endpoints.ts'

export const ENDPOINTS: readonly Endpoint[] = [
  ...Object.values(MANAGEMENT_ENDPOINTS),
  ...Object.values(CONSENT_PAGE_ENDPOINTS),
  ...Object.values(PRIVACY_PAGE_ENDPOINTS),
  ...WALLET_API_ENDPOINTS,
  ...Object.values(OAUTH_ENDPOINTS),
  ...Object.values(REGISTRATION_ENDPOINTS),
  ...Object.values(METADATA_ENDPOINTS),
  ...Object.values(TEST_SERVER_ENDPOINTS),
  SIGNATURE_DIAGNOSTICS_ENDPOINT,
  ...MERCHANT_API_ENDPOINTS,
  GATEWAY_ENDPOINT,
]
