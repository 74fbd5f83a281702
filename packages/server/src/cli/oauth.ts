/**
 * @module `assent oauth`: a secret for a client, and an invitation for one that registers itself.
 */
import { type LoadedConfig, loadConfig } from '../config/load.ts'
import { hashSecret, makeSecret } from '../crypto/client-secrets.ts'
import { openKeyStore } from '../crypto/keys/key-store.ts'
import { createSealedCredentials } from '../crypto/sealed-credentials.ts'
import { keyFolderOf } from '../main/start-server.ts'
import { UsageError } from './usage-error.ts'

const INVITATION_SECONDS = 86_400

/** A new secret, and what stands of it in assent.yaml. It is not kept anywhere. */
export function newSecret(config: string): { readonly secret: string; readonly hash: string } {
  const { clientSecrets } = openKeyStore(keyFolderOf(loadConfig(config)))
  const secret = makeSecret()
  return { secret, hash: hashSecret(clientSecrets, secret) }
}

/** What lets somebody register clients of a mini program, for a day (RFC 7591 §3). */
export function newInvitation(config: string, appId: string | undefined): string {
  const loaded = loadConfig(config)
  requireMiniProgram(loaded, appId)
  const now = Math.floor(Date.now() / 1000)
  const { master } = openKeyStore(keyFolderOf(loaded))
  const expiresAt = now + INVITATION_SECONDS
  return createSealedCredentials(master).sealRegistrationToken({ appId, expiresAt }, now)
}

function requireMiniProgram(
  { clients, oauth }: LoadedConfig,
  appId: string | undefined,
): asserts appId is string {
  if (!oauth?.dynamicRegistration)
    throw new UsageError('clients cannot register themselves here: set oauth/dynamicRegistration')
  const known = clients.flatMap(({ miniPrograms }) => miniPrograms)
  if (!known.some((one) => one.appId === appId))
    throw new UsageError('--app is the id of a mini program of this file')
}
