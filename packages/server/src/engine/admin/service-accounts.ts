/**
 * @module Service accounts: programs that call the admin API with client credentials (RFC 6749 §4.4). A scope names a role.
 * @see docs/administrators.md#service-accounts
 */
import type { OAuthClient } from '../registry.ts'
import type { RegistryStore } from '../store/registry.ts'
import type { Principal } from './principal.ts'
import { type ServiceAccount, type Typed, typed } from './records.ts'
import { isServiceRole, type Role, rolesOf } from './roles.ts'
import { isActiveOrganization } from './sessions.ts'

/** Ids of service accounts begin with this. */
const ID_PREFIX = 'sa_'

export function isServiceAccountId(clientId: string): boolean {
  return clientId.startsWith(ID_PREFIX)
}

/** @example adminScopeOf('operator') // 'admin:operator' */
export function adminScopeOf(role: Role): string {
  return `admin:${role}`
}

/** @returns `undefined` when the account or its organization does not exist, or is suspended */
export async function findServiceAccount(
  store: Pick<RegistryStore, 'readRecord'>,
  clientId: string,
): Promise<Typed<ServiceAccount> | undefined> {
  if (!isServiceAccountId(clientId)) return undefined
  const record = await store.readRecord('serviceAccount', clientId)
  if (!record) return undefined
  const account = typed<ServiceAccount>(record)
  const { state, organization } = account.document
  return state === 'active' && (await isActiveOrganization(store, organization))
    ? account
    : undefined
}

/** The scopes that an account can request: of its roles, those that service accounts of its organization can have. */
export function adminScopesOf({ roles, organization }: ServiceAccount): readonly string[] {
  return roles
    .filter((role) => isServiceRole(role) && rolesOf(organization).includes(role))
    .map(adminScopeOf)
}

/** The account as a client of the token endpoint, with a key and without users. */
export function toOAuthClient({ id, document }: Typed<ServiceAccount>): OAuthClient {
  return {
    clientId: id,
    appId: '',
    tokenEndpointAuth: { method: 'private_key_jwt' },
    grantTypes: ['client_credentials'],
    redirectUris: [],
    allowedOrigins: [],
    jwks: document.jwks,
    resources: [],
    resourceServerFor: [],
    platformScopes: [],
    requirePushedAuthorizationRequests: false,
    requireSignedRequestObject: false,
    dpopBoundAccessTokens: false,
    accessTokenFormat: 'sealed',
    idTokenSignedResponseAlg: 'RS256',
    introspectionSignedResponseAlg: 'RS256',
  }
}

/** Who calls with a token. What the account has lost since then, its token has lost, too. @param scopes of the token */
export function servicePrincipalOf(
  { id, document }: Typed<ServiceAccount>,
  scopes: readonly string[],
): Principal {
  const allowed = adminScopesOf(document)
  return {
    kind: 'serviceAccount',
    id,
    organization: document.organization,
    roles: document.roles.filter((role) => {
      const scope = adminScopeOf(role)
      return allowed.includes(scope) && scopes.includes(scope)
    }),
    identity: `service account ${id}`,
  }
}
