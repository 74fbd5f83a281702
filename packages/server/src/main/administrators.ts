/**
 * @module The administration of a server: its ports, its identity provider, and the link of the first owner.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { LoadedConfig } from '../config/loaded-config.ts'
import { hasher } from '../crypto/hashes.ts'
import { random } from '../crypto/random.ts'
import { bootstrapOwner } from '../engine/admin/invitations.ts'
import type { AdminPorts, WriteRecords } from '../engine/admin/ports.ts'
import { DEFAULT_SESSION_LIMITS, type SessionLimits } from '../engine/admin/sessions.ts'
import { ADMIN_SIGN_IN_ENDPOINTS, invitationLink } from '../http/admin/sign-in/endpoints.ts'
import { createOidcProvider, type OidcProvider } from '../http/admin/sign-in/oidc.ts'
import { RegistryProblemsError, writeChange } from '../registry/changes/change-writer.ts'
import { assertAdministration } from '../registry/records/administration.ts'
import type { Resources } from './resources.ts'

type Administrators = NonNullable<LoadedConfig['administrators']>

const DEFAULT_OIDC_SCOPES = ['openid', 'profile', 'email']
const DEFAULT_GROUPS_CLAIM = 'groups'

export function createAdminPorts({ store }: Pick<Resources, 'store'>): AdminPorts {
  const write: WriteRecords = async (cause, updates) => {
    assertAdministration(updates)
    try {
      await writeChange(store, cause, updates)
      return []
    } catch (error) {
      if (error instanceof RegistryProblemsError) return error.problems
      throw error
    }
  }
  return { store, write, random, hasher }
}

export function sessionLimitsOf({
  sessionIdleMinutes,
  sessionMaxHours,
}: Administrators): SessionLimits {
  return {
    idleSeconds:
      sessionIdleMinutes === undefined
        ? DEFAULT_SESSION_LIMITS.idleSeconds
        : sessionIdleMinutes * 60,
    maxSeconds:
      sessionMaxHours === undefined ? DEFAULT_SESSION_LIMITS.maxSeconds : sessionMaxHours * 3600,
  }
}

/** @returns `undefined` when administrators sign in with passkeys alone */
export function openOidcProvider({
  administrators,
  folder,
  issuer,
}: Pick<LoadedConfig, 'administrators' | 'folder' | 'issuer'>): OidcProvider | undefined {
  const oidc = administrators?.oidc
  if (!oidc) return undefined
  const read = (path: string): string => readFileSync(resolve(folder, path), 'utf8')
  const { clientSecretFile, privateKeyFile = '' } = oidc
  return createOidcProvider({
    issuer: oidc.issuer,
    clientId: oidc.clientId,
    credential:
      clientSecretFile === undefined
        ? { privateKey: read(privateKeyFile) }
        : { secret: read(clientSecretFile).trim() },
    groupsClaim: oidc.groupsClaim ?? DEFAULT_GROUPS_CLAIM,
    scopes: oidc.scopes ?? DEFAULT_OIDC_SCOPES,
    roles: oidc.roles,
    redirectUri: issuer + ADMIN_SIGN_IN_ENDPOINTS.oidcCallback.path,
  })
}

/**
 * Creates the link of the first owner, unless there is an owner, or a group of the identity provider gives the role.
 * @returns what to tell the operator, once
 */
export async function inviteFirstOwner(
  { administrators, issuer }: Pick<LoadedConfig, 'administrators' | 'issuer'>,
  ports: AdminPorts,
  now: number,
): Promise<string | undefined> {
  if (!administrators) return undefined
  if (Object.values(administrators.oidc?.roles ?? {}).includes('owner')) return undefined
  const bootstrap = await bootstrapOwner(ports, now)
  if (bootstrap.outcome === 'has-owner') return undefined
  const until = new Date(bootstrap.expiresAt * 1000).toISOString()
  return bootstrap.outcome === 'created'
    ? `There is no administrator. Open this link to become the first owner. It works once, until ${until}:\n${invitationLink(issuer, bootstrap.token)}`
    : `There is no administrator. An earlier start printed the link of the first owner, which is valid until ${until}. A later start prints a new one.`
}
