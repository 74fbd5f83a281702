/**
 * @module The reference pages name every field that the code has, and no other: requests by their schemas, responses and objects by
 * their types. Limits, required fields, error codes and examples are those of the code, too.
 */
import { ERRORS, OPERATIONS, WALLET_PATHS } from '@assent/protocol'
import { describe, expect, it } from 'vitest'
import { MERCHANT_API_REQUESTS } from '../../src/http/merchant-api/requests.ts'
import type { RequestReader } from '../../src/http/request-schema.ts'
import { WALLET_API_REQUESTS } from '../../src/http/wallet-api/requests.ts'
import { compile } from '../support/compiler.ts'
import { namesOf, type Row, readSections, type Section } from './reference-tables.ts'

type Api = {
  readonly page: string
  readonly operations: readonly string[]
  readonly readers: Readonly<Record<string, unknown>>
  /** The type of a response. */
  readonly reply: (operation: string) => string
}

const APIS: readonly Api[] = [
  {
    page: 'docs/reference/wallet-api.md',
    operations: Object.keys(WALLET_PATHS),
    readers: WALLET_API_REQUESTS,
    reply: (operation) => `P.WalletApi['${operation}']['reply']`,
  },
  {
    page: 'docs/reference/merchant-api.md',
    operations: OPERATIONS,
    readers: MERCHANT_API_REQUESTS,
    reply: (operation) => `P.MerchantApiReplies['${operation}']`,
  },
]

/** The type of each table that is no request. Members that have a table of their own are no objects here. */
const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'docs/reference/wallet-api.md': {
    Scopes: 'P.ScopeRequest',
    Context: 'P.HostContext',
    Sheet: "Omit<P.Sheet, 'scopes'> & { scopes: 0 }",
    'Row of a sheet': 'P.SheetScope',
    Grant: 'P.GrantSummary',
    'Ended grant': 'P.WithdrawnGrantSummary',
    'Open user info': 'P.OpenUserInfo',
    'Access log entry': 'P.AccessLogSummary',
    Receipt: 'P.ReceiptEntry',
    'Guardian request': 'P.GuardianRequestSummary',
  },
  'docs/reference/merchant-api.md': { userInfo: 'P.WireUserInfo', extendInfo: 'P.ExtendInfo' },
  'docs/notifications.md': {
    'Fields of an event': 'P.Notification',
    'Fields of the AMS format': "Omit<P.AmsNotification, 'result'> & { result: 0 }",
    Reasons: 'Record<P.EventReason, 0>',
    Events: 'Record<P.EventType, 0>',
  },
  'docs/reference/host-services.md': {
    HostServices: 'Names<H.HostServices>',
    createHost: 'Names<H.HostOptions>',
    Host: 'Names<H.Host>',
    MiniProgramFrame: 'Names<H.MiniProgramFrame>',
    OpenMiniProgram: 'Names<H.OpenMiniProgram>',
    FailureReport: 'Names<H.FailureReport>',
    openSheet: 'Names<H.SheetFrameOptions>',
  },
}

const HEAD = `import type * as P from '@assent/protocol'
import type * as H from '@assent/jsapi/host'
export type { P, H }
type Names<T> = Record<keyof T, 0>
type Keys<T> = T extends unknown ? keyof T & string : never
/** The path of every member: names of objects with dots, those in lists with brackets. */
type Paths<T, B extends string = ''> = T extends readonly (infer E)[] ? (E extends object ? Paths<E, \`\${B}[]\`> : B)
  : T extends object ? { [K in keyof T & string]-?: Member<NonNullable<T[K]>, \`\${B}\${B extends '' ? '' : '.'}\${K}\`> }[keyof T & string]
  : B
type Member<T, B extends string> = T extends (...parameters: never[]) => unknown ? B : Paths<T, B>
export type { Names, Keys, Paths }
`

type Claim = { readonly where: string; readonly type: string; readonly names: readonly string[] }

/** One line for what is missing in the documentation, and one for what is not in the code. */
function toSource({ type, names }: Claim): string {
  const documented = names.map((name) => JSON.stringify(name)).join(' | ') || 'never'
  return [
    `export const missing: never = null as unknown as Exclude<${type}, ${documented}>`,
    `export const unknown: never = null as unknown as Exclude<${documented}, ${type}>`,
  ].join('; ')
}

/** The problems of all claims, by one run of the compiler. */
function checkTypes(claims: readonly Claim[]): string[] {
  const files = claims.map((claim, index) => [`claim-${index}.ts`, `${HEAD}${toSource(claim)}\n`])
  const whereByFile = new Map(claims.map(({ where }, index) => [`claim-${index}.ts`, where]))
  const options = { moduleDetection: 'force', strict: true }
  return compile({ files: Object.fromEntries(files), compilerOptions: options }).map(
    ({ file, message }) => `${whereByFile.get(file) ?? file}: ${message}`,
  )
}

const sectionOf = (page: string, heading: string): Section => {
  const section = readSections(page).get(heading)
  if (!section) throw new Error(`${page} has no section ${heading}.`)
  return section
}

type Property = {
  readonly maxLength?: number
  readonly maximum?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, Property>>
  readonly anyOf?: readonly Property[]
  readonly items?: Property
}
type ObjectSchema = {
  readonly properties: Readonly<Record<string, Property>>
  readonly required?: readonly string[]
}

function schemaOf({ readers }: Api, operation: string): ObjectSchema {
  const reader = readers[operation] as RequestReader<never>
  return reader.schema as unknown as ObjectSchema
}

function limitsOf(property: Property): number[] {
  const { maxLength, maximum, maxItems, anyOf = [], items } = property
  const own = [maxLength, maximum, maxItems].filter((limit) => limit !== undefined)
  return [...own, ...anyOf.flatMap(limitsOf), ...(items ? limitsOf(items) : [])]
}

/** Compares a table with a schema. */
function compareRequest(rows: readonly Row[], { properties, required = [] }: ObjectSchema): void {
  expect(namesOf(rows)).toEqual(Object.keys(properties).sort())
  const always = rows.filter(({ cells }) => cells[2] === 'yes').flatMap(({ names }) => names)
  expect(always.sort()).toEqual([...required].sort())
  for (const { names, cells } of rows)
    for (const limit of limitsOf(properties[names[0] ?? ''] ?? {}))
      expect(cells[1], `${names}: the limit ${limit}`).toContain(String(limit))
}

describe.each(APIS)('$page', (api) => {
  it.each(api.operations)('%s: every field of the request, its limits, and an example', (name) => {
    const section = sectionOf(api.page, name)
    const schema = schemaOf(api, name)
    compareRequest(section.tables['Request'] ?? [], schema)
    const reader = api.readers[name] as (body: object) => unknown
    const example = section.examples['request']
    expect(example && reader(example)).toBe(example)
    expect(Object.keys(example ?? {}).filter((field) => !(field in schema.properties))).toEqual([])
  })

  it.each(api.operations)('%s: the example of a response has documented fields', (name) => {
    const { tables, examples } = sectionOf(api.page, name)
    const { result, ...fields } = examples['response'] ?? {}
    expect(result).toMatchObject({ resultStatus: 'S', resultCode: 'SUCCESS' })
    expect(namesOf(tables['Response'])).toEqual(expect.arrayContaining(Object.keys(fields)))
  })

  it('names error codes that exist', () => {
    const codes = api.operations.flatMap((name) => sectionOf(api.page, name).errors)
    expect(codes.length).toBeGreaterThan(api.operations.length)
    expect(codes.filter((code) => !(code in ERRORS) && code !== 'ACCESS_DENIED')).toEqual([])
  })
})

it('the context of consult has the fields and limits of its schema', () => {
  const [walletApi] = APIS
  if (!walletApi) throw new Error('There is no wallet API.')
  const { context } = schemaOf(walletApi, 'consult').properties
  compareRequest(sectionOf(walletApi.page, 'Context').tables[''] ?? [], context as ObjectSchema)
})

it('responses and objects have the members of their types', () => {
  const replies = APIS.flatMap(({ page, operations, reply }) =>
    operations.map((name) => ({
      where: `${page}, ${name}`,
      type: `Keys<${reply(name)}>`,
      names: namesOf(sectionOf(page, name).tables['Response']),
    })),
  )
  const objects = Object.entries(TYPES).flatMap(([page, types]) =>
    Object.entries(types).map(([heading, type]) => ({
      where: `${page}, ${heading}`,
      type: `Paths<${type}>`,
      names: namesOf(sectionOf(page, heading).tables['']),
    })),
  )
  expect(checkTypes([...replies, ...objects])).toEqual([])
})

it('this test finds a field that is missing, and one that does not exist', () => {
  const claim = { where: 'page', type: "Keys<P.WalletApi['revoke']['reply']>", names: ['sequense'] }
  expect(checkTypes([claim])).toEqual([
    expect.stringContaining('"sequence"'),
    expect.stringContaining('"sequense"'),
  ])
})
