/**
 * @module The OpenAPI document of OAuth 2.1 and OpenID Connect, built from the tables of endpoints, parameters and errors.
 * @see [OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.1.html)
 */
import type { TSchema } from 'typebox'
import {
  METADATA_ENDPOINTS,
  OAUTH_ENDPOINTS,
  type OAuthEndpoint,
  PATHS,
  REGISTRATION_ENDPOINTS,
} from '../../http/oauth/endpoints.ts'
import { causesOf, OAUTH_ERRORS, type OAuthErrorCode } from '../../http/oauth/errors.ts'
import { type Components, createComponents, type Json } from '../openapi/components.ts'
import { CLIENT_ID_EXAMPLE, GRANT_ID_EXAMPLE } from './examples.ts'
import {
  type Answer,
  type HeaderName,
  KEY_SET_OPERATION,
  OPERATIONS,
  type Operation,
  TAGS,
} from './operations.ts'
import { OAuthErrorSchema } from './responses.ts'

const KEY_SET_ENDPOINT: OAuthEndpoint = {
  path: PATHS.jwks,
  methods: ['GET'],
  authentication: 'none',
  sheddingClass: 'token',
}

const ENDPOINTS: Readonly<Record<string, OAuthEndpoint>> = {
  ...OAUTH_ENDPOINTS,
  ...REGISTRATION_ENDPOINTS,
  ...METADATA_ENDPOINTS,
}

/** What every operation can fail with. */
const COMMON_ERRORS = ['server_error', 'temporarily_unavailable'] as const

/** @param issuer the public URL of the server */
export function oauthContract(issuer: string): Json {
  const components = createComponents()
  const rows = [
    ...Object.entries(ENDPOINTS).map(([name, endpoint]) => {
      const operations: Readonly<Record<string, Operation>> =
        OPERATIONS[name as keyof typeof OPERATIONS]
      return { endpoint, operations }
    }),
    { endpoint: KEY_SET_ENDPOINT, operations: { GET: KEY_SET_OPERATION } },
  ]
  const paths = rows.map(({ endpoint, operations }) => [
    toPath(endpoint.path),
    Object.fromEntries(
      Object.entries(operations).map(([method, operation]) => [
        method.toLowerCase(),
        operationOf(endpoint, operation, components),
      ]),
    ),
  ])
  return {
    openapi: '3.1.1',
    info: {
      title: 'Assent OAuth 2.1 and OpenID Connect',
      version: '1',
      description: `For OAuth clients of mini programs, and for service accounts. Libraries need the issuer only: \`${issuer}\`.

Parameters are sent once, except \`resource\` and \`audience\`; unknown ones are ignored. Their maximum lengths are bytes of UTF-8. Values without
control characters are valid.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      contact: { name: 'Assent', url: `${issuer}/docs/oauth` },
    },
    externalDocs: { description: 'How to use it.', url: `${issuer}/docs/oauth` },
    servers: [{ url: issuer }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: SECURITY_SCHEMES,
      headers: HEADERS,
      schemas: components.schemas(),
    },
  }
}

/** From the syntax of the router. */
function toPath(path: string): string {
  return path
    .replaceAll(/:(\w+)/g, (_match, name: string) => `{${PATH_PARAMETERS[name]?.name ?? name}}`)
    .replace('*', '{path}')
}

const PATH_PARAMETERS: Readonly<Record<string, { readonly name: string } & Json>> = {
  grantId: {
    name: 'grant_id',
    description: 'The `grant_id` of a token response.',
    example: GRANT_ID_EXAMPLE,
  },
  clientId: {
    name: 'client_id',
    description: 'A client that registered itself.',
    example: CLIENT_ID_EXAMPLE,
  },
  '*': {
    name: 'path',
    description: 'The path of a URL of this server, without its first slash.',
    example: 'oauth2/userinfo',
  },
}

function pathParametersOf(path: string): readonly Json[] {
  return [...path.matchAll(/:(\w+)|\*/g)].map(([match, name = match]) => ({
    ...PATH_PARAMETERS[name],
    in: 'path',
    required: true,
    // The router's limit for one segment of a path.
    schema: { type: 'string', minLength: 1, ...(match !== '*' && { maxLength: 128 }) },
  }))
}

const SECURITY_SCHEMES: Json = {
  clientSecretBasic: {
    type: 'http',
    scheme: 'basic',
    description:
      'Client authentication `client_secret_basic`: both parts are form-encoded first (RFC 6749 §2.3.1). Other methods, without a header: `client_secret_post` and `private_key_jwt` (parameters of the form), `none` (`client_id` alone).',
  },
  clientCertificate: {
    type: 'mutualTLS',
    description:
      'Client authentication `tls_client_auth` (RFC 8705 §2.1), verified by the proxy in front of the server.',
  },
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token of the token endpoint (RFC 6750 §2.1).',
  },
  dpopToken: {
    type: 'http',
    scheme: 'dpop',
    description: 'An access token that is bound to the key of the proof (RFC 9449 §7.1).',
  },
  dpopProof: {
    type: 'apiKey',
    in: 'header',
    name: 'DPoP',
    description:
      'A JWT of type `dpop+jwt` for this request (RFC 9449 §4.2), with the nonce of the last `DPoP-Nonce` header.',
  },
  registrationToken: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An initial access token of the operator (RFC 7591 §3), or the registration access token of the client (RFC 7592).',
  },
}

const OPTIONAL = {}

function securityOf({ authentication, path }: OAuthEndpoint): readonly Json[] {
  switch (authentication) {
    case 'client':
      return [{ clientSecretBasic: [] }, { clientCertificate: [] }, OPTIONAL]
    case 'token':
      return [{ accessToken: [] }, { dpopToken: [], dpopProof: [] }]
    case 'registration':
      return path === PATHS.register
        ? [{ registrationToken: [] }, OPTIONAL]
        : [{ registrationToken: [] }]
    case 'none':
      return []
  }
}

const PROOF_PARAMETER: Json = {
  name: 'DPoP',
  in: 'header',
  description: 'As in the security scheme `dpopProof`. It binds what is issued to its key.',
  schema: { type: 'string', maxLength: 4096 },
}

function operationOf(endpoint: OAuthEndpoint, operation: Operation, components: Components): Json {
  const { id, tag, summary, description, query, queryExample, readsProof } = operation
  const parameters = [
    ...pathParametersOf(endpoint.path),
    ...(query ? queryParameters(query, queryExample ?? {}) : []),
    ...(readsProof ? [PROOF_PARAMETER] : []),
  ]
  const body = bodyOf(operation, components)
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    security: securityOf(endpoint),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: body }),
    responses: responsesOf(endpoint, operation, components),
  }
}

type ObjectSchema = {
  readonly properties: Readonly<Record<string, TSchema>>
  readonly required?: readonly string[]
}

function queryParameters(query: ObjectSchema, example: Json): readonly Json[] {
  const { properties, required = [] } = query
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = schema as TSchema & { readonly description?: string }
    return {
      name,
      in: 'query',
      required: required.includes(name),
      description,
      schema: rest,
      ...(name in example && { example: example[name] }),
    }
  })
}

function bodyOf(
  { forms = [], formExamples = {}, json, jsonExample }: Operation,
  components: Components,
): Json | undefined {
  if (json)
    return {
      required: true,
      content: { 'application/json': { schema: components.refer(json), example: jsonExample } },
    }
  if (forms.length === 0) return undefined
  const [first, ...others] = forms.map((one) => components.refer(one))
  const examples = Object.entries(formExamples).map(([name, value]) => [name, { value }])
  return {
    required: forms.every((one) => 'required' in one),
    content: {
      'application/x-www-form-urlencoded': {
        schema: others.length > 0 ? { oneOf: [first, ...others] } : first,
        examples: Object.fromEntries(examples),
      },
    },
  }
}

const HEADERS = {
  Location: { description: 'Where the browser goes next.', schema: { type: 'string' } },
  'DPoP-Nonce': {
    description: 'For the next DPoP proof, if the request had one.',
    schema: { type: 'string' },
  },
  'assent-revocation-sequence': {
    description:
      'Send it as `assent-min-sequence` to be answered with knowledge of the revocation.',
    schema: { type: 'string' },
  },
  'WWW-Authenticate': {
    description: 'The challenge: how to authenticate, and which scope is missing.',
    schema: { type: 'string' },
  },
  'Retry-After': { description: 'Seconds.', schema: { type: 'string' } },
} as const satisfies Record<HeaderName, Json>

function headersOf(names: readonly HeaderName[]): Json {
  return names.length === 0
    ? {}
    : {
        headers: Object.fromEntries(
          names.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
        ),
      }
}

/** Of the HTTP server, before a route is found. */
const HEADERS_TOO_LARGE: Json = {
  description:
    'The address and the headers are larger than 16 KiB. Send a form, or push the request (RFC 9126).',
}

function responsesOf(
  endpoint: OAuthEndpoint,
  { answers, errors, query }: Operation,
  components: Components,
): Json {
  const byStatus = new Map<number, OAuthErrorCode[]>()
  for (const one of [...errors, ...COMMON_ERRORS]) {
    const [code, status] = typeof one === 'string' ? [one, OAUTH_ERRORS[one]] : one
    const known = byStatus.get(status) ?? []
    if (!known.includes(code)) byStatus.set(status, [...known, code])
  }
  return {
    ...Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [
        status,
        successResponse(answer, components),
      ]),
    ),
    ...(query && { 431: HEADERS_TOO_LARGE }),
    ...Object.fromEntries(
      [...byStatus].map(([status, codes]) => [
        status,
        errorResponse(endpoint, status, codes, components),
      ]),
    ),
  }
}

function successResponse(
  { description, content, headers = [] }: Answer,
  components: Components,
): Json {
  const types = Object.entries(content ?? {}).map(([type, schema]) => [
    type,
    { schema: components.refer(schema) },
  ])
  return {
    description,
    ...headersOf(headers),
    ...(types.length > 0 && { content: Object.fromEntries(types) }),
  }
}

function errorResponse(
  { authentication, hasErrorPage }: OAuthEndpoint,
  status: number,
  codes: readonly OAuthErrorCode[],
  components: Components,
): Json {
  const hasChallenge = authentication !== 'none' && (status === 401 || status === 403)
  const isTemporary = status === 429 || status === 503
  return {
    description: codes.map(describeError).join('\n\n'),
    ...headersOf([
      ...(hasChallenge ? (['WWW-Authenticate'] as const) : []),
      ...(isTemporary ? (['Retry-After'] as const) : []),
    ]),
    content: {
      'application/json': {
        schema: components.refer(OAuthErrorSchema),
        examples: Object.fromEntries(codes.map((code) => [code, { value: errorExample(code) }])),
      },
      ...(hasErrorPage && {
        'text/html': { schema: { type: 'string', description: 'For browsers.' } },
      }),
    },
  }
}

/** With the causes of this server that have this error. */
function describeError(code: OAuthErrorCode): string {
  const causes = causesOf(code)
  const names = causes.map(({ cause }) => `\`${cause}\``).join(', ')
  return causes.length === 0 ? `\`${code}\`` : `\`${code}\` (causes: ${names})`
}

function errorExample(code: OAuthErrorCode): Json {
  const [first] = causesOf(code)
  return {
    error: code,
    error_description: first?.description ?? 'What is wrong with this request, and what to do.',
  }
}
