/**
 * @module The OpenAPI document of the merchant API: every path of every dialect.
 * @see [OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.1.html)
 */
import {
  DIALECTS,
  type Dialect,
  type DialectName,
  OPERATIONS,
  type Operation,
  type ResultDialect,
} from '@assent/protocol'
import type { TSchema } from 'typebox'
import { errorsOf } from '../../http/merchant-api/errors.ts'
import { replySchemaOf } from '../../http/merchant-api/reply-schemas.ts'
import { MERCHANT_API_REQUESTS } from '../../http/merchant-api/requests.ts'
import { successSchema } from '../../http/signed-messages/reply-schema.ts'
import { type Components, createComponents, type Json } from '../openapi/components.ts'
import { MERCHANT_OPERATIONS } from './merchant-operations.ts'
import {
  REPLY_HEADERS,
  SIGNATURE_SECURITY,
  SIGNED_PARAMETERS,
  sharedResponses,
  signatureSchemes,
  signedDescription,
  signedOperation,
} from './signed-api.ts'

/** Operations whose reply depends on the knowledge of withdrawals. */
const READS_REVOCATIONS: readonly Operation[] = [
  'inquiryUserInfo',
  'applyTokenAndInquiryUserInfo',
  'accessLog',
]

const VERSIONS: Readonly<Record<ResultDialect, string>> = {
  v1: 'version 1',
  v2: 'version 2',
  ams: 'AMS',
}

/** The end of the names of schemas that differ between the dialects. */
const SUFFIXES: Readonly<Record<ResultDialect, string>> = { v1: 'V1', v2: 'V2', ams: 'Ams' }

/** A path of an operation in one or more dialects, all of which have the same names and codes. */
type FoundPath = {
  readonly operation: Operation
  readonly dialect: Dialect
  readonly operationId: string
  readonly names: readonly DialectName[]
}

/** @param issuer the public URL of the server */
export function merchantApiContract(issuer: string): Json {
  const components = createComponents()
  const paths = [...findPaths()].map(([path, found]) => [
    path,
    { post: operationOf(found, components) },
  ])
  return {
    openapi: '3.1.1',
    info: {
      title: 'Assent merchant API',
      version: '1',
      description: signedDescription(
        "The API that merchants' servers call: tokens, data of users, and events. Wallets of the platform family give one operation different paths; each tag is a dialect, and the path selects the names and codes of the reply.",
      ),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      contact: { name: 'Assent', url: `${issuer}/docs/merchant-api` },
    },
    externalDocs: {
      description: 'The same as a page.',
      url: `${issuer}/docs/reference/merchant-api`,
    },
    servers: [{ url: issuer }],
    security: SIGNATURE_SECURITY,
    tags: Object.entries<Dialect>(DIALECTS).map(([name, dialect]) => ({
      name,
      description: describeDialect(dialect),
    })),
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: signatureSchemes('Your `clientId`.'),
      parameters: SIGNED_PARAMETERS,
      responses: sharedResponses(components),
      headers: REPLY_HEADERS,
      schemas: components.schemas(),
    },
  }
}

/** Every path, in the order of the dialects. The operation of the first dialect has its plain name. */
function findPaths(): ReadonlyMap<string, FoundPath> {
  const found = new Map<string, FoundPath>()
  for (const [name, dialect] of Object.entries<Dialect>(DIALECTS) as [DialectName, Dialect][])
    for (const operation of OPERATIONS)
      for (const [index, path] of dialect.paths[operation].entries()) {
        const { names = [], ...known } = found.get(path) ?? {}
        const operationId = [
          operation,
          ...(name === 'v1' ? [] : [name]),
          ...(index > 0 ? [index + 1] : []),
        ].join('_')
        found.set(path, { operation, dialect, operationId, ...known, names: [...names, name] })
      }
  return found
}

function describeDialect({ resultDialect, clientIdPrefix, paths }: Dialect): string {
  const [path] = paths.applyToken
  const limit =
    clientIdPrefix === '' ? '' : ` Only for clients whose id begins with ${clientIdPrefix}.`
  return `Result codes of ${VERSIONS[resultDialect]}; applyToken is ${path}.${limit}`
}

function operationOf(
  { operation, dialect, operationId, names }: FoundPath,
  components: Components,
): Json {
  const { summary, description, request, reply } = MERCHANT_OPERATIONS[operation]
  const { resultDialect } = dialect
  const title = titleOf(operation)
  return signedOperation(
    {
      operationId,
      tags: names,
      summary,
      description,
      request: MERCHANT_API_REQUESTS[operation].schema,
      requestExample: request,
      replies: [replyOf(operation, dialect)],
      replyExample: inDialect(reply, replySchemaOf(operation, dialect)),
      failureTitle: `${title}Failure${SUFFIXES[resultDialect]}`,
      errors: errorsOf(operation),
      dialect: resultDialect,
      writesRevocation: operation === 'cancelToken',
      readsRevocations: READS_REVOCATIONS.includes(operation),
    },
    components,
  )
}

/** An example without the members that the dialect does not have. */
function inDialect(example: object, schema: TSchema): object {
  const { properties = {} } = schema as { readonly properties?: object }
  return Object.fromEntries(Object.entries(example).filter(([name]) => name in properties))
}

/** @example titleOf('applyToken') // 'ApplyToken' */
function titleOf(operation: Operation): string {
  return operation.slice(0, 1).toUpperCase() + operation.slice(1)
}

/** Schemas that are equal in all dialects have one name. */
function replyOf(operation: Operation, dialect: Dialect): TSchema {
  const schema = replySchemaOf(operation, dialect)
  const texts = Object.values<Dialect>(DIALECTS).map((one) =>
    JSON.stringify(replySchemaOf(operation, one)),
  )
  const suffix = new Set(texts).size === 1 ? '' : SUFFIXES[dialect.resultDialect]
  return successSchema(`${titleOf(operation)}Reply${suffix}`, schema)
}
