/**
 * @module The endpoints of all interfaces. The gateway comes last, because its pattern matches every path.
 */
import { DIALECTS } from '@assent/protocol'
import { ADMIN_SIGN_IN_ENDPOINTS } from './admin/sign-in/endpoints.ts'
import { CONSENT_PAGE_ENDPOINTS } from './consent-page/endpoints.ts'
import { DOCS_ENDPOINTS } from './docs/endpoints.ts'
import type { Endpoint } from './endpoint.ts'
import { GATEWAY_ENDPOINT } from './gateway/endpoints.ts'
import { MANAGEMENT_ENDPOINTS } from './management/endpoints.ts'
import { MERCHANT_API_ENDPOINTS } from './merchant-api/endpoints.ts'
import { METADATA_ENDPOINTS, OAUTH_ENDPOINTS, REGISTRATION_ENDPOINTS } from './oauth/endpoints.ts'
import { PRIVACY_PAGE_ENDPOINTS } from './privacy-page/endpoints.ts'
import { SIGNATURE_DIAGNOSTICS_ENDPOINT } from './signature-diagnostics/endpoints.ts'
import { TEST_SERVER_ENDPOINTS } from './test-server/endpoints.ts'
import { WALLET_API_ENDPOINTS } from './wallet-api/endpoints.ts'

/** Interfaces with top-level folders that only Assent uses. */
const OWN_ENDPOINTS: readonly Endpoint[] = [
  ...Object.values(MANAGEMENT_ENDPOINTS),
  ...Object.values(DOCS_ENDPOINTS),
  ...Object.values(CONSENT_PAGE_ENDPOINTS),
  ...Object.values(PRIVACY_PAGE_ENDPOINTS),
  ...Object.values(ADMIN_SIGN_IN_ENDPOINTS),
  ...WALLET_API_ENDPOINTS,
  ...Object.values(OAUTH_ENDPOINTS),
  ...Object.values(REGISTRATION_ENDPOINTS),
  ...Object.values(METADATA_ENDPOINTS),
  ...Object.values(TEST_SERVER_ENDPOINTS),
  SIGNATURE_DIAGNOSTICS_ENDPOINT,
]

export const ENDPOINTS: readonly Endpoint[] = [
  ...OWN_ENDPOINTS,
  ...MERCHANT_API_ENDPOINTS,
  GATEWAY_ENDPOINT,
]

const OWN_FOLDERS: ReadonlySet<string> = new Set(OWN_ENDPOINTS.map(({ path }) => topFolder(path)))
const MERCHANT_API_PATHS: ReadonlySet<string> = new Set(
  MERCHANT_API_ENDPOINTS.map(({ path }) => path),
)
/** The folders of the merchant API's operations, which may get more operations later. */
const MERCHANT_API_FOLDERS: readonly string[] = [
  ...new Set(
    Object.values(DIALECTS).flatMap(({ paths }) =>
      paths.applyToken.map((path) => `/${path.split('/').at(-2)}/`),
    ),
  ),
]

/** Whether Assent serves a path itself, so that no API behind the gateway may have it. */
export function isReservedPath(path: string): boolean {
  return (
    OWN_FOLDERS.has(topFolder(path)) ||
    MERCHANT_API_PATHS.has(path) ||
    MERCHANT_API_FOLDERS.some((folder) => path.includes(folder))
  )
}

function topFolder(path: string): string {
  return path.split('/', 2)[1] ?? ''
}
