/**
 * @module Checks of the APIs in assent.yaml: every API has a scope, every scope permits something, every field belongs to a scope,
 * and no path exists twice.
 */
import { FIELD_PATH } from '../../engine/apis/response-filter.ts'
import { STANDARD_SCOPES } from '../../engine/standard-scopes.ts'
import { isReservedPath } from '../../http/endpoints.ts'
import { API_PATH, parametersOf } from '../../http/gateway/api-routes.ts'
import {
  DEFAULT_ACCESS_TOKEN_FIELD,
  DEFAULT_REQUEST_ID_FIELD,
} from '../../http/gateway/body-fields.ts'
import type { Api, Sections } from '../sections.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

type File = YamlFile<Sections>

/** The rules that depend on nothing else than the APIs of the file. */
export function checkApis(file: File): readonly ConfigIssue[] {
  const apis = file.value.apis ?? []
  return [...issuesOfApis(file, findingsOf), ...checkDuplicates(file, apis)]
}

/** The rules for which the file must have all scopes and all APIs. */
export function checkScopesOfApis(file: File): readonly ConfigIssue[] {
  const known = scopeNames(file.value)
  return [
    ...issuesOfApis(file, ({ scopes }) =>
      scopes
        .filter((scope) => !known.has(scope))
        .map((scope) => ['scopes', `contains the unknown scope ${scope}: declare it in scopes`]),
    ),
    ...checkScopesPermitSomething(file, file.value.apis ?? []),
  ]
}

function issuesOfApis(
  { value, addIssue }: File,
  find: (api: Api) => readonly Finding[],
): readonly ConfigIssue[] {
  return (value.apis ?? []).flatMap((api, index) =>
    find(api).map(([member, message]) =>
      addIssue(['apis', index, member], `(${api.name}) ${message}`),
    ),
  )
}

/** A message continues the path of the member as a sentence. */
type Finding = readonly [member: keyof Api, message: string]

function findingsOf(api: Api): readonly Finding[] {
  return [
    ...scopeFindings(api),
    ...fieldFindings(api),
    ...pathFindings(api),
    ...upstreamFindings(api),
    ...methodFindings(api),
    ...bodyFieldFindings(api),
  ]
}

function scopeFindings({ scopes }: Api): readonly Finding[] {
  return scopes.length === 0 ? [['scopes', 'must contain at least one scope']] : []
}

function fieldFindings({ scopes, fields = {} }: Api): readonly Finding[] {
  return Object.entries(fields).flatMap(([scope, paths]): readonly Finding[] => [
    ...(scopes.includes(scope)
      ? []
      : [
          [
            'fields',
            `assigns ${paths.join(', ')} to ${scope}, which is not among the scopes of the API`,
          ] as const,
        ]),
    ...paths
      .filter((path) => !FIELD_PATH.test(path))
      .map((path) => ['fields', `must contain paths such as cards[].brand, not ${path}`] as const),
  ])
}

function pathFindings({ paths }: Api): readonly Finding[] {
  return paths.flatMap((path): readonly Finding[] => {
    if (!API_PATH.test(path))
      return [['paths', `must contain paths such as /v1/cards/{cardId}, not ${path}`]]
    if (isReservedPath(path))
      return [['paths', `must not contain ${path}, which Assent serves itself`]]
    return []
  })
}

function upstreamFindings({ upstream, paths }: Api): readonly Finding[] {
  if (!isPlainHttpUrl(upstream))
    return [
      [
        'upstream',
        `must be an http or https URL without user, query and fragment, but is ${upstream}`,
      ],
    ]
  return parametersOf(upstream)
    .filter((name) => !paths.every((path) => parametersOf(path).includes(name)))
    .map((name) => ['upstream', `uses {${name}}, which is not a parameter of every path`])
}

function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search, hash } = new URL(text)
  return /^https?:$/.test(protocol) && !username && !password && !search && !hash
}

function methodFindings({
  method,
  allowBearer,
  query,
  requiresRequestId,
}: Api): readonly Finding[] {
  if (method !== 'GET') return query ? [['query', 'is allowed for method GET only: remove it']] : []
  return [
    ...(allowBearer
      ? []
      : [['method', 'GET carries no signature: set allowBearer to true'] as const]),
    ...(requiresRequestId ? [['requiresRequestId', 'must be false for method GET'] as const] : []),
  ]
}

/** A name that has no effect, or two names of which one is within the other. */
function bodyFieldFindings({
  method,
  requiresRequestId,
  accessTokenField,
  requestIdField,
}: Api): readonly Finding[] {
  if (accessTokenField !== undefined && method === 'GET')
    return [['accessTokenField', 'has no effect for method GET, which has no body: remove it']]
  if (requestIdField !== undefined && !requiresRequestId)
    return [['requestIdField', 'has no effect without requiresRequestId: true']]
  if (!requiresRequestId) return []
  const token = `${accessTokenField ?? DEFAULT_ACCESS_TOKEN_FIELD}.`
  const requestId = `${requestIdField ?? DEFAULT_REQUEST_ID_FIELD}.`
  return token.startsWith(requestId) || requestId.startsWith(token)
    ? [['requestIdField', 'must not be the accessTokenField, and neither within the other']]
    : []
}

function checkDuplicates(file: File, apis: readonly Api[]): readonly ConfigIssue[] {
  const seen = new Set<string>()
  return apis.flatMap((api, index) =>
    [api.name, ...routesOf(api)].flatMap((key) => {
      const isDuplicate = seen.has(key)
      seen.add(key)
      return isDuplicate
        ? [
            file.addIssue(
              ['apis', index],
              `(${api.name}) must be unique, but ${key} exists already`,
            ),
          ]
        : []
    }),
  )
}

/**
 * The methods and paths of an API. Paths that differ only in the names of their parameters are the same.
 * @example routesOf({ method: 'GET', paths: ['/v1/cards/{cardId}'] }) // ['GET /v1/cards/{}']
 */
export function routesOf({ method = 'POST', paths }: Pick<Api, 'method' | 'paths'>): string[] {
  return paths.map((path) => `${method} ${path.replace(/\{[^}]*\}/g, '{}')}`)
}

/** Users must not be asked for a scope that has no effect. */
function checkScopesPermitSomething(file: File, apis: readonly Api[]): readonly ConfigIssue[] {
  const { value, addIssue } = file
  const entries = new Map<
    string,
    { readonly implicit?: boolean; readonly fields?: readonly string[] }
  >(STANDARD_SCOPES.map((entry) => [entry.scope, entry]))
  for (const own of value.scopes ?? [])
    entries.set(own.scope, { ...entries.get(own.scope), ...own })
  const permitsSomething = (scope: string): boolean => {
    const { implicit, fields = [] } = entries.get(scope) ?? {}
    return (
      implicit === true || fields.length > 0 || apis.some(({ scopes }) => scopes.includes(scope))
    )
  }
  return usesOfScopes(value)
    .filter(({ scope }) => entries.has(scope) && !permitsSomething(scope))
    .map(({ scope, path }) =>
      addIssue(
        path,
        `is ${scope}, which permits nothing: give it fields, or name it in the scopes of an API`,
      ),
    )
}

function usesOfScopes({
  scopes = [],
  clients,
}: Sections): readonly { readonly scope: string; readonly path: readonly (string | number)[] }[] {
  return [
    ...scopes.map(({ scope }, index) => ({ scope, path: ['scopes', index] })),
    ...clients.flatMap(({ miniPrograms }, client) =>
      miniPrograms.flatMap((miniProgram, app) =>
        miniProgram.scopes.map((scope, index) => ({
          scope,
          path: ['clients', client, 'miniPrograms', app, 'scopes', index],
        })),
      ),
    ),
  ]
}

function scopeNames({ scopes = [] }: Sections): ReadonlySet<string> {
  return new Set([...STANDARD_SCOPES, ...scopes].map(({ scope }) => scope))
}
