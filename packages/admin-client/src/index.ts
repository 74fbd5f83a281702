/**
 * @module Typed client of the admin API. The types of its paths are generated from the OpenAPI document.
 */
export { type AdminClient, type AdminClientOptions, createAdminClient } from './admin-client.ts'
export type { Authorize, RequestContext } from './authorize.ts'
export { browserSession } from './browser-session.ts'
export { changeRecord, type IfMatch } from './change-record.ts'
export type { components, operations, paths } from './generated/admin-api.ts'
export { itemsOf } from './pages.ts'
export { AdminApiError, type Problem, unwrap } from './problem.ts'
export { type ServiceAccount, serviceAccount } from './service-account.ts'
