/**
 * @module The OpenAPI document of the admin API, built from its table.
 * @see [OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.1.html)
 */
import type { TSchema } from 'typebox'
import Type from 'typebox'
import {
  CHANGE_PARAMETERS,
  IDEMPOTENCY_KEY_PATTERN,
  LIST_PARAMETERS,
  queryOf,
  REQUEST_ID_PATTERN,
} from '../admin-api/requests/parameters.ts'
import { type FoundRow, isChange, needsVersion, type Row } from '../admin-api/row.ts'
import { DryRunSchema, PendingApprovalSchema, ProblemSchema } from '../admin-api/schemas.ts'
import { ADMIN_API } from '../admin-api/table.ts'
import type { AdminOperation } from '../engine/admin/operations.ts'
import { PROBLEMS, type ProblemCode, typeOfProblem } from '../http/admin/problem-table.ts'
import { type Components, createComponents, type Json } from './openapi/components.ts'

/** What every operation can fail with. */
const COMMON_PROBLEMS: readonly ProblemCode[] = [
  'invalid',
  'sign-in-required',
  'forbidden',
  'rate-limited',
  'failed',
  'unavailable',
]
const CHANGE_PROBLEMS: readonly ProblemCode[] = [
  'cross-site',
  'conflict',
  'too-large',
  'unsupported-media-type',
]

/** All problems of an operation. */
export function problemsOf(row: Row): readonly ProblemCode[] {
  return [
    ...new Set<ProblemCode>([
      ...COMMON_PROBLEMS,
      ...(row.path.includes('{') ? (['not-found'] as const) : []),
      ...(isChange(row) ? [...CHANGE_PROBLEMS, 'not-found' as const, 'own-record' as const] : []),
      ...(needsVersion(row) ? (['stale', 'version-required'] as const) : []),
      ...(row.method === 'POST' ? (['key-reused', 'in-progress'] as const) : []),
      ...(row.problems ?? []),
    ]),
  ]
}

const TAGS: Readonly<Record<string, string>> = {
  organizations: 'Merchants, and the platform itself.',
  members: 'People with a role in an organization.',
  invitations: 'Links that make a person a member.',
  serviceAccounts: 'Programs that call this API.',
  clients: 'Merchants that call the merchant API.',
  keys: 'The public keys of clients, by version.',
  miniPrograms: 'Mini programs of merchants.',
  testers: 'Users who can use a mini program before it is verified.',
  oauthClients: 'OAuth clients of mini programs.',
  scopes: 'The scopes that the platform adds or overrides.',
  apis: 'The APIs of the wallet behind the gateway.',
  wallets: 'Wallets and their themes.',
  images: 'Icons and logos.',
  changes: 'Who changed what, when and why.',
  grants: 'What users have granted.',
  receipts: 'Signed receipts of decisions.',
  users: 'Erasure of users.',
  events: 'Events of clients.',
  deliveries: 'Notifications of clients.',
  emergency: 'Suspend, reinstate, and close everything after a theft.',
  nodes: 'The state of a node.',
  platformKeys: 'The keys of the platform.',
  approvals: 'Requests that wait for a second person.',
}

function tagOf(operation: AdminOperation): string {
  return operation.split('.', 1)[0] ?? ''
}

/** @param issuer the public URL of the server */
export function adminApiContract(issuer: string): Json {
  const components = createComponents()
  const paths: Record<string, Record<string, unknown>> = {}
  for (const found of ADMIN_API) {
    const { path, method } = found.row
    paths[path] ??= {}
    Object.assign(paths[path], { [method.toLowerCase()]: operationOf(found, components) })
  }
  const tags = [...new Set(ADMIN_API.map(({ operation }) => tagOf(operation)))]
  return {
    openapi: '3.1.1',
    info: {
      title: 'Assent admin API',
      version: '1',
      description:
        'The registry of a wallet platform and its emergencies, for people and programs with roles.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      contact: { name: 'Assent', url: `${issuer}/docs/admin-api` },
    },
    externalDocs: {
      description: 'The same as a page.',
      url: `${issuer}/docs/reference/admin-api`,
    },
    servers: [{ url: `${issuer}/admin/v1` }],
    security: [{ serviceAccount: [] }, { session: [], csrfToken: [] }],
    tags: tags.map((name) => ({ name, description: TAGS[name] ?? name })),
    paths,
    components: {
      securitySchemes: securitySchemes(issuer),
      parameters: PARAMETERS,
      responses: problemResponses(components),
      headers: HEADERS,
      schemas: components.schemas(),
    },
  }
}

const securitySchemes = (issuer: string): Json => ({
  serviceAccount: {
    type: 'oauth2',
    description: 'A token of the client credentials grant. Each scope is a role.',
    flows: {
      clientCredentials: {
        tokenUrl: `${issuer}/oauth2/token`,
        scopes: {
          'admin:operator': 'Merchants and the catalog.',
          'admin:security': 'Keys, suspensions and grants.',
          'admin:support': 'Grants of users, and events of merchants.',
          'admin:auditor': 'Reads everything.',
          'admin:developer': 'The own mini programs and keys of a merchant.',
          'admin:viewer': 'Reads the own records of a merchant.',
        },
      },
    },
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-assent-admin',
    description: 'The session of a person who has signed in at /admin/sign-in.',
  },
  csrfToken: {
    type: 'apiKey',
    in: 'header',
    name: 'csrf-token',
    description: 'The csrfToken of GET /admin/session, for requests that change something.',
  },
})

const HEADERS: Json = {
  ETag: { description: 'The version of the record.', schema: { type: 'string' } },
  Location: { description: 'The path of the new resource.', schema: { type: 'string' } },
  Link: { description: 'The next page (RFC 8288), with rel=next.', schema: { type: 'string' } },
  'Request-Id': {
    description: 'That of the request, or a new one. It is recorded with the change.',
    schema: { type: 'string' },
  },
  'Retry-After': { description: 'Seconds.', schema: { type: 'string' } },
}

const header = (name: string): Json => ({ $ref: `#/components/headers/${name}` })

/** Parameters of many operations. */
const REQUEST_ID_PARAMETER = {
  name: 'Request-Id',
  in: 'header',
  description: 'Recorded with the change. Default: a new one.',
  schema: { type: 'string', pattern: REQUEST_ID_PATTERN },
}
const IF_MATCH_PARAMETER = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: 'The `ETag` of the record that the change was made from.',
  schema: { type: 'string', pattern: '^"[0-9]{1,15}"$' },
}
const IDEMPOTENCY_PARAMETER = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'A new random text. The same key gets the same reply for 24 hours.',
  schema: { type: 'string', pattern: IDEMPOTENCY_KEY_PATTERN },
}

/** Parameters of the query that mean the same in every operation. */
const SHARED_QUERY: Readonly<Record<string, TSchema>> = { ...LIST_PARAMETERS, ...CHANGE_PARAMETERS }

const PARAMETERS: Json = {
  'Request-Id': REQUEST_ID_PARAMETER,
  'If-Match': IF_MATCH_PARAMETER,
  'Idempotency-Key': IDEMPOTENCY_PARAMETER,
  ...Object.fromEntries(
    Object.entries(SHARED_QUERY).map(([name, schema]) => [name, queryParameter(name, schema)]),
  ),
}

function queryParameter(name: string, schema: TSchema): Json {
  const { description = name } = schema as { readonly description?: string }
  return { name, in: 'query', required: false, description, schema }
}

const parameter = (name: string): Json => ({ $ref: `#/components/parameters/${name}` })

function operationOf({ operation, row }: FoundRow, components: Components): Json {
  return {
    operationId: row.id,
    tags: [tagOf(operation)],
    summary: row.summary,
    description: `${row.description}\n\nOperation \`${operation}\` of the [table of roles](/docs/administrators#roles).`,
    parameters: parametersOf(row, components),
    ...(isChange(row) && row.body && { requestBody: requestBodyOf(row, row.body, components) }),
    responses: responsesOf(row, components),
  }
}

function parametersOf(row: Row, components: Components): readonly Json[] {
  const path = [...row.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: PATH_DESCRIPTIONS[name] ?? 'The id of the record.',
    schema: { type: 'string', minLength: 1, maxLength: 128 },
    ...(row.example.path?.[name] !== undefined && { example: row.example.path[name] }),
  }))
  const query = Object.entries(queryOf(row)).map(([name, schema]) =>
    SHARED_QUERY[name] === schema
      ? parameter(name)
      : {
          ...queryParameter(name, schema),
          required: !isOptional(row, name),
          schema: components.refer(schema),
          ...(row.example.query?.[name] !== undefined && { example: row.example.query[name] }),
        },
  )
  return [
    ...path,
    ...query,
    ...(needsVersion(row) ? [parameter('If-Match')] : []),
    ...(row.method === 'POST' ? [parameter('Idempotency-Key')] : []),
    parameter('Request-Id'),
  ]
}

const PATH_DESCRIPTIONS: Readonly<Record<string, string>> = {
  version: 'The version of the key.',
  imageName: 'sha256- and the hash of the bytes.',
  sequence: 'The sequence of the change.',
  walletId: 'The wallet.',
  userId: 'The id of the user in the wallet.',
}

function isOptional(row: Row, name: string): boolean {
  const { required = [] } = Type.Object(queryOf(row)) as { readonly required?: readonly string[] }
  return !required.includes(name)
}

function requestBodyOf(row: Row, body: TSchema, components: Components): Json {
  const content = {
    schema: components.refer(body),
    ...(row.example.body && { example: row.example.body }),
  }
  const hasRequired = ((body as { required?: readonly string[] }).required ?? []).length > 0
  return {
    required: hasRequired || row.method === 'PATCH',
    content:
      row.method === 'PATCH'
        ? { 'application/merge-patch+json': content, 'application/json': content }
        : { 'application/json': content },
  }
}

function responsesOf(row: Row, components: Components): Json {
  const status = isChange(row) ? row.status : 200
  const json = (schema: TSchema): Json => ({
    content: { 'application/json': { schema: components.refer(schema) } },
  })
  const headers = {
    'Request-Id': header('Request-Id'),
    ...(row.hasVersion && { ETag: header('ETag') }),
    ...(status === 201 && { Location: header('Location') }),
    ...(!isChange(row) && row.isList && { Link: header('Link') }),
  }
  const success = {
    description: SUCCESS[status] ?? '',
    headers,
    ...(row.response && status !== 204 && json(row.response)),
    ...(isChange(row) && row.idMember && { links: linksOf(row, row.idMember) }),
  }
  const dryRun = { description: 'What would change.', headers, ...json(DryRunSchema) }
  return {
    ...(isChange(row) && status !== 200 && { 200: dryRun }),
    [status]:
      isChange(row) && status === 200
        ? {
            ...success,
            content: {
              'application/json': {
                schema: {
                  anyOf: [
                    components.refer(row.response ?? DryRunSchema),
                    components.refer(DryRunSchema),
                  ],
                },
              },
            },
          }
        : success,
    ...(isChange(row) &&
      row.needsApproval && {
        202: {
          description: 'It waits for the approval of a second person.',
          headers: { 'Request-Id': header('Request-Id'), Location: header('Location') },
          ...json(PendingApprovalSchema),
        },
      }),
    ...Object.fromEntries(
      statusesOf(row).map((one) => [one, { $ref: `#/components/responses/Problem${one}` }]),
    ),
  }
}

/** What can be done with a new record. */
function linksOf({ path }: Row, idMember: string): Json {
  const item = /^\{(\w+)\}$/
  const links = ADMIN_API.flatMap(({ row }) => {
    const [, name] = row.path.startsWith(`${path}/`)
      ? (item.exec(row.path.slice(path.length + 1)) ?? [])
      : []
    if (name === undefined) return []
    const parameters = {
      [name]: `$response.body#/${idMember}`,
      ...(needsVersion(row) && { 'If-Match': '$response.header.ETag' }),
    }
    return [[row.id, { operationId: row.id, parameters }]]
  })
  return Object.fromEntries(links)
}

const SUCCESS: Readonly<Record<number, string>> = {
  200: 'Done.',
  201: 'Created.',
  204: 'Removed.',
}

function statusesOf(row: Row): readonly number[] {
  return [...new Set(problemsOf(row).map((code) => PROBLEMS[code].status))].sort((a, b) => a - b)
}

function problemResponses(components: Components): Json {
  const codes = Object.keys(PROBLEMS) as ProblemCode[]
  const statuses = [...new Set(ADMIN_API.flatMap(({ row }) => statusesOf(row)))]
  return Object.fromEntries(
    statuses.map((status) => {
      const rows = codes.filter((code) => PROBLEMS[code].status === status)
      return [
        `Problem${status}`,
        {
          description: rows.map((code) => `${PROBLEMS[code].title} (${code})`).join('\n\n'),
          ...((status === 429 || status === 503) && {
            headers: { 'Retry-After': header('Retry-After') },
          }),
          content: {
            'application/problem+json': {
              schema: components.refer(ProblemSchema),
              examples: Object.fromEntries(
                rows.map((code) => [code, { value: problemExample(code) }]),
              ),
            },
          },
        },
      ]
    }),
  )
}

function problemExample(code: ProblemCode): Json {
  const { status, title, remedy } = PROBLEMS[code]
  return { type: typeOfProblem(code), title, status, detail: remedy }
}
