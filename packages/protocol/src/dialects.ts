/**
 * @module Dialects: the paths, field names and result codes that each wallet family uses for the same operations, as data.
 *
 * @see docs/merchant-api.md#dialects
 */
import type { ResultDialect } from './errors.ts'

/** Every operation of the merchant API, under the name of its first dialect. */
export const OPERATIONS = [
  'applyToken',
  'applyTokenAndInquiryUserInfo',
  'inquiryUserInfo',
  'cancelToken',
  'query',
  'prepare',
  'events',
  'pollEvents',
  'acknowledgeDeletion',
  'accessLog',
] as const

/** The name of one operation of the merchant API. */
export type Operation = (typeof OPERATIONS)[number]

/** The paths of each operation. An SDK calls the first one; the server accepts all of them. */
type Paths = Readonly<Record<Operation, readonly [string, ...string[]]>>

/** The paths and spellings of one wallet family. */
export type Dialect = {
  /** Selects the result codes. */
  readonly resultDialect: ResultDialect
  /** The names of the birth date in `userInfo`. Wallets of the first version use either name, so responses carry both. */
  readonly birthDateNames: readonly ('birthDate' | 'birthday')[]
  /** Whether responses repeat the masked login id and its hash beside `userInfo`, where AMS clients read them. */
  readonly loginIdAtTopLevel: boolean
  /** Further names of `authUrl` in the response of `prepare`. */
  readonly authUrlNames: readonly ('authURL' | 'normalUrl')[]
  /** Whether the response of `prepare` names the request and the client, as clients of TNG read them. */
  readonly authIdInPrepare: boolean
  /** Only clients whose id starts with this prefix may use the dialect. Empty: all clients. */
  readonly clientIdPrefix: string
  readonly paths: Paths
}

const V1: Paths = {
  applyToken: ['/v1/authorizations/applyToken'],
  applyTokenAndInquiryUserInfo: ['/v1/authorizations/applyTokenAndInquiryUserInfo'],
  inquiryUserInfo: ['/v1/users/inquiryUserInfo', '/v1/customers/user/inquiryUserInfoByAccessToken'],
  cancelToken: ['/v1/authorizations/cancelToken'],
  query: ['/v1/authorizations/query'],
  prepare: ['/v1/authorizations/prepare'],
  events: ['/v1/authorizations/events'],
  pollEvents: ['/v1/authorizations/pollEvents'],
  acknowledgeDeletion: ['/v1/authorizations/acknowledgeDeletion'],
  accessLog: ['/v1/authorizations/accessLog'],
}

const V1_HTM: Paths = {
  ...V1,
  applyToken: ['/v1/authorizations/applyToken.htm'],
  inquiryUserInfo: ['/v1/customers/user/inquiryUserInfoByAccessToken.htm'],
}

const V2: Paths = {
  applyToken: ['/v2/authorizations/applyToken'],
  applyTokenAndInquiryUserInfo: ['/v2/authorizations/applyTokenAndInquiryUserInfo'],
  inquiryUserInfo: ['/v2/users/inquiryUserInfo', '/v2/customers/user/inquiryUserInfo'],
  cancelToken: ['/v2/authorizations/revoke'],
  query: ['/v2/authorizations/query'],
  prepare: ['/v2/authorizations/prepare'],
  events: ['/v2/authorizations/events'],
  pollEvents: ['/v2/authorizations/pollEvents'],
  acknowledgeDeletion: ['/v2/authorizations/acknowledgeDeletion'],
  accessLog: ['/v2/authorizations/accessLog'],
}

const VODAPAY: Paths = {
  ...V2,
  applyToken: ['/v2/authorizations/applyTokenSigned'],
  inquiryUserInfo: ['/v2/customers/user/inquiryUserInfo'],
}

const AMS: Paths = {
  ...V1,
  cancelToken: ['/v1/authorizations/revoke'],
  prepare: ['/v1/authorizations/consult'],
}

/** Alipay+ names these operations as wallets of the first version do, and AMS clients call them under its prefix, too. */
const APS: Paths = {
  ...V1,
  cancelToken: ['/v1/authorizations/cancelToken', '/v1/authorizations/revoke'],
  prepare: ['/v1/authorizations/prepare', '/v1/authorizations/consult'],
}

function withPrefix(prefix: string, paths: Paths): Paths {
  const prefixed = OPERATIONS.map((operation) => [
    operation,
    paths[operation].map((path) => prefix + path),
  ])
  return Object.fromEntries(prefixed) as Paths
}

const VERSION_1: Omit<Dialect, 'paths'> = {
  resultDialect: 'v1',
  birthDateNames: ['birthday', 'birthDate'],
  loginIdAtTopLevel: false,
  authUrlNames: ['authURL'],
  authIdInPrepare: true,
  clientIdPrefix: '',
}
const VERSION_2: Omit<Dialect, 'paths'> = {
  ...VERSION_1,
  resultDialect: 'v2',
  birthDateNames: ['birthDate'],
  authUrlNames: [],
  authIdInPrepare: false,
}
const ALIPAY_PLUS: Omit<Dialect, 'paths'> = {
  ...VERSION_2,
  resultDialect: 'ams',
  loginIdAtTopLevel: true,
  authUrlNames: ['normalUrl'],
}

/**
 * Every dialect that the server accepts. The path of a request selects the dialect of its response.
 *
 * @example
 * ```ts
 * import { DIALECTS } from '@assent/protocol'
 *
 * const [path] = DIALECTS.gcash.paths.applyToken // '/v1/authorizations/applyToken.htm'
 * ```
 */
export const DIALECTS = {
  v1: { ...VERSION_1, paths: V1 },
  gcash: { ...VERSION_1, paths: V1_HTM },
  tng: { ...VERSION_1, paths: withPrefix('/acl/api', V1) },
  'tng-htm': { ...VERSION_1, paths: withPrefix('/acl/api', V1_HTM) },
  'api-v1': { ...VERSION_1, paths: withPrefix('/api', V1) },
  'api-v1-htm': { ...VERSION_1, paths: withPrefix('/api', V1_HTM) },
  v2: { ...VERSION_2, paths: V2 },
  vodapay: { ...VERSION_2, paths: VODAPAY },
  'open-v2': { ...VERSION_2, paths: withPrefix('/api/open', V2) },
  'open-vodapay': { ...VERSION_2, paths: withPrefix('/api/open', VODAPAY) },
  'miniprogram-v2': { ...VERSION_2, paths: withPrefix('/miniprogram/api', V2) },
  'miniprogram-vodapay': { ...VERSION_2, paths: withPrefix('/miniprogram/api', VODAPAY) },
  ams: { ...ALIPAY_PLUS, paths: withPrefix('/ams/api', AMS) },
  'ams-sandbox': {
    ...ALIPAY_PLUS,
    clientIdPrefix: 'SANDBOX_',
    paths: withPrefix('/ams/sandbox/api', AMS),
  },
  aps: { ...ALIPAY_PLUS, paths: withPrefix('/aps/api', APS) },
} as const satisfies Record<string, Dialect>

/** The name of a dialect, as the SDK's option `dialect` takes it. */
export type DialectName = keyof typeof DIALECTS

/** The result codes for a path outside `DIALECTS`, such as the path of an API that a wallet declares. */
export function resultDialectOfPath(path: string): ResultDialect {
  if (/^\/a[mp]s\//.test(path)) return 'ams'
  return path.includes('/v2/') ? 'v2' : 'v1'
}

/** What a path stands for: an operation in a dialect. */
export type Route = { readonly operation: Operation; readonly dialect: Dialect }

/** Every path of every dialect, mapped to its route. */
export const ROUTES: ReadonlyMap<string, Route> = new Map(
  Object.values<Dialect>(DIALECTS).flatMap((dialect) =>
    OPERATIONS.flatMap((operation) =>
      dialect.paths[operation].map((path) => [path, { operation, dialect }] as const),
    ),
  ),
)
