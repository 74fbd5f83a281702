/**
 * @module The APIs of assent.yaml, checked as a whole: every API has a scope, every scope opens something, every field belongs to a
 * scope, and no path is spelled in two ways.
 */
import { ROUTES } from '@assent/protocol'
import { FIELD_PATH } from '../../engine/apis/response-filter.ts'
import { STANDARD_SCOPES } from '../../engine/standard-scopes.ts'
import { API_PATH, parametersOf } from '../../http/gateway/api-routes.ts'
import type { Config } from '../schema.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

type File = YamlFile<Config>
type Api = NonNullable<Config['apis']>[number]

/** Paths that are this server's own. */
const RESERVED =
  /^\/(wallet|consent|signature-diagnostics|oauth2|\.well-known|healthz|readyz|metrics|docs)(\/|$)|\/authorizations\//

export function checkApis(file: File): readonly ConfigIssue[] {
  const apis = file.value.apis ?? []
  return [
    ...apis.flatMap((api, index) =>
      problemsOf(api, scopeNames(file.value)).map(([member, message]) =>
        file.addIssue(['apis', index, ...(member ? [member] : [])], `${api.name}: ${message}`),
      ),
    ),
    ...checkTwice(file, apis),
    ...checkScopesOpenSomething(file, apis),
  ]
}

type Complaint = readonly [member: keyof Api | '', message: string]

function problemsOf(api: Api, known: ReadonlySet<string>): readonly Complaint[] {
  return [
    ...(api.scopes.length === 0 ? [['scopes', 'no scope opens it'] as const] : []),
    ...api.scopes
      .filter((scope) => !known.has(scope))
      .map((scope) => ['scopes', `${scope} is not a scope`] as const),
    ...fieldComplaints(api),
    ...pathComplaints(api),
    ...upstreamComplaints(api),
    ...(api.method === 'GET' && !api.allowBearer
      ? [['method', 'a GET carries no signature: it needs allowBearer: true'] as const]
      : []),
    ...(api.query && api.method !== 'GET' ? [['query', 'only a GET has a query'] as const] : []),
    ...(api.method === 'GET' && api.requiresRequestId
      ? [['requiresRequestId', 'a GET does not write'] as const]
      : []),
  ]
}

function fieldComplaints({ scopes, fields = {} }: Api): readonly Complaint[] {
  return Object.entries(fields).flatMap(([scope, paths]) => [
    ...(scopes.includes(scope)
      ? []
      : [['fields', `${paths.join(', ')} belong to ${scope}, which does not open it`] as const]),
    ...paths
      .filter((path) => !FIELD_PATH.test(path))
      .map((path) => ['fields', `${path} is no path such as cards[].brand`] as const),
  ])
}

function pathComplaints({ paths }: Api): readonly Complaint[] {
  return paths.flatMap((path): readonly Complaint[] => {
    if (!API_PATH.test(path)) return [['paths', `${path} is not a path such as /v1/cards/{cardId}`]]
    if (RESERVED.test(path) || ROUTES.has(path)) return [['paths', `${path} is Assent's own`]]
    return []
  })
}

function upstreamComplaints({ upstream, paths }: Api): readonly Complaint[] {
  const url = URL.canParse(upstream) ? new URL(upstream) : undefined
  const isPlain =
    url &&
    /^https?:$/.test(url.protocol) &&
    !url.username &&
    !url.password &&
    !url.search &&
    !url.hash
  if (!isPlain)
    return [
      ['upstream', `${upstream} is not an http or https URL without user, query and fragment`],
    ]
  return parametersOf(upstream)
    .filter((name) => !paths.every((path) => parametersOf(path).includes(name)))
    .map((name) => ['upstream', `{${name}} is not in each of its paths`] as const)
}

function checkTwice(file: File, apis: readonly Api[]): readonly ConfigIssue[] {
  const seen = new Set<string>()
  return apis.flatMap(({ name, method = 'POST', paths }, index) =>
    [`${name}`, ...paths.map((path) => `${method} ${path.replace(/\{[^}]*\}/g, '{}')}`)].flatMap(
      (key) => {
        const isTwice = seen.has(key)
        seen.add(key)
        return isTwice ? [file.addIssue(['apis', index], `${name}: ${key} is there twice`)] : []
      },
    ),
  )
}

/** A scope that a user is asked for, and that would open nothing. */
function checkScopesOpenSomething(file: File, apis: readonly Api[]): readonly ConfigIssue[] {
  const { value, addIssue } = file
  const entries = new Map<
    string,
    { readonly implicit?: boolean; readonly fields?: readonly string[] }
  >(STANDARD_SCOPES.map((entry) => [entry.scope, entry]))
  for (const own of value.scopes ?? [])
    entries.set(own.scope, { ...entries.get(own.scope), ...own })
  const opens = (scope: string): boolean => {
    const { implicit, fields = [] } = entries.get(scope) ?? {}
    return (
      implicit === true || fields.length > 0 || apis.some(({ scopes }) => scopes.includes(scope))
    )
  }
  const named = [
    ...(value.scopes ?? []).map(({ scope }, index) => ({ scope, path: ['scopes', index] })),
    ...value.clients.flatMap(({ miniPrograms }, client) =>
      miniPrograms.flatMap(({ scopes }, app) =>
        scopes.map((scope, index) => ({
          scope,
          path: ['clients', client, 'miniPrograms', app, 'scopes', index],
        })),
      ),
    ),
  ]
  return named
    .filter(({ scope }) => entries.has(scope) && !opens(scope))
    .map(({ scope, path }) =>
      addIssue(path, `${scope} opens nothing: no field of the user and none of apis`),
    )
}

function scopeNames({ scopes = [] }: Config): ReadonlySet<string> {
  return new Set([...STANDARD_SCOPES, ...scopes].map(({ scope }) => scope))
}
