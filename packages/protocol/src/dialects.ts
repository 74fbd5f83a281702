/**
 * @module Dialects: one operation, many wallets' paths, names and codes, as data (contract: openapi §2).
 */
import type { ResultDialect } from './errors.ts'

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

export type Operation = (typeof OPERATIONS)[number]

type Paths = Readonly<Record<Operation, readonly [string, ...string[]]>>

export type Dialect = {
  readonly resultDialect: ResultDialect
  /** What the birth date is called in `userInfo`. Some wallets of the first version say `birthDate` (Qi): both are sent. */
  readonly birthDateNames: readonly ('birthDate' | 'birthday')[]
  /** AMS clients read the user's masked login id and its hash beside `userInfo`. */
  readonly loginIdAtTopLevel: boolean
  /** Clients of this dialect have ids with this beginning. */
  readonly clientIdPrefix: string
  /** The path that an SDK calls comes first; the others are served too. */
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

function under(prefix: string, paths: Paths): Paths {
  const prefixed = OPERATIONS.map((operation) => [
    operation,
    paths[operation].map((path) => prefix + path),
  ])
  return Object.fromEntries(prefixed) as Paths
}

const FIRST: Omit<Dialect, 'paths'> = {
  resultDialect: 'v1',
  birthDateNames: ['birthday', 'birthDate'],
  loginIdAtTopLevel: false,
  clientIdPrefix: '',
}
const SECOND: Omit<Dialect, 'paths'> = {
  ...FIRST,
  resultDialect: 'v2',
  birthDateNames: ['birthDate'],
}
const ALIPAY_PLUS: Omit<Dialect, 'paths'> = {
  ...SECOND,
  resultDialect: 'ams',
  loginIdAtTopLevel: true,
}

export const DIALECTS = {
  v1: { ...FIRST, paths: V1 },
  gcash: { ...FIRST, paths: V1_HTM },
  tng: { ...FIRST, paths: under('/acl/api', V1) },
  'tng-htm': { ...FIRST, paths: under('/acl/api', V1_HTM) },
  'api-v1': { ...FIRST, paths: under('/api', V1) },
  'api-v1-htm': { ...FIRST, paths: under('/api', V1_HTM) },
  v2: { ...SECOND, paths: V2 },
  vodapay: { ...SECOND, paths: VODAPAY },
  'open-v2': { ...SECOND, paths: under('/api/open', V2) },
  'open-vodapay': { ...SECOND, paths: under('/api/open', VODAPAY) },
  'miniprogram-v2': { ...SECOND, paths: under('/miniprogram/api', V2) },
  'miniprogram-vodapay': { ...SECOND, paths: under('/miniprogram/api', VODAPAY) },
  ams: { ...ALIPAY_PLUS, paths: under('/ams/api', AMS) },
  'ams-sandbox': {
    ...ALIPAY_PLUS,
    clientIdPrefix: 'SANDBOX_',
    paths: under('/ams/sandbox/api', AMS),
  },
  aps: { ...ALIPAY_PLUS, paths: under('/aps/api', AMS) },
} as const satisfies Record<string, Dialect>

export type DialectName = keyof typeof DIALECTS

/** In whose words a path is answered that is in no dialect's row: an API that a wallet adds. */
export function resultDialectOfPath(path: string): ResultDialect {
  if (/^\/a[mp]s\//.test(path)) return 'ams'
  return path.includes('/v2/') ? 'v2' : 'v1'
}

export type Route = { readonly operation: Operation; readonly dialect: Dialect }

/** Every path that is served → what it means there. */
export const ROUTES: ReadonlyMap<string, Route> = new Map(
  Object.values<Dialect>(DIALECTS).flatMap((dialect) =>
    OPERATIONS.flatMap((operation) =>
      dialect.paths[operation].map((path) => [path, { operation, dialect }] as const),
    ),
  ),
)
