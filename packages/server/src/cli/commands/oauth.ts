/**
 * @module `assent oauth`: creates client secrets, and initial access tokens for clients that register themselves.
 */

import { loadConfig } from '../../config/load.ts'
import type { LoadedConfig } from '../../config/loaded-config.ts'
import { hashSecret, makeSecret } from '../../crypto/client-secrets.ts'
import { createSealedCredentials } from '../../crypto/sealed-credentials.ts'
import type { ClientRegistration } from '../../engine/registry.ts'
import type { ChangeCause } from '../../engine/store/registry.ts'
import { installationOf } from '../../main/resources.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { CAUSE_OPTIONS, CAUSE_SYNTAX, causeOf, ownerOf, recordStep } from '../operator.ts'
import { withPlatformKeys } from '../platform-keys.ts'
import { withStore } from '../store.ts'
import { UsageError } from '../usage-error.ts'

const INITIAL_ACCESS_TOKEN_LIFETIME_SECONDS = 86_400
const MAX_REDIRECT_HOSTS = 16

export const createSecret = defineCommand({
  name: 'oauth create-secret',
  usages: [
    {
      syntax: 'oauth create-secret --config assent.yaml',
      help: 'Creates a secret for an OAuth client, and the hash of it for assent.yaml.',
    },
  ],
  options: CONFIG_OPTION,
  async run({ config }) {
    const secret = makeSecret()
    const hash = await withPlatformKeys(config, async ({ clientSecrets }) =>
      hashSecret(clientSecrets, secret),
    )
    print(`${secret}  Send it to the client. It is not stored and cannot be shown again.`)
    print(`${hash}      Add it to secretHashes of the client in ${config}.`)
  },
})

/** @see [RFC 7591 §3](https://www.rfc-editor.org/rfc/rfc7591.html#section-3) */
export const initialAccessToken = defineCommand({
  name: 'oauth initial-access-token',
  usages: [
    {
      syntax: `oauth initial-access-token --config assent.yaml --app ID --redirect-hosts HOST,… [--vouch] ${CAUSE_SYNTAX}`,
      help: 'Creates an initial access token to register one client of a mini program, valid for one day.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    app: { type: 'string', help: 'The appId of the mini program that the client belongs to.' },
    'redirect-hosts': {
      type: 'string',
      help: 'Where its redirect URIs may lead, separated by commas: hosts such as shop.example or 127.0.0.1, and schemes such as com.example.app.',
    },
    vouch: {
      type: 'boolean',
      help: 'You have checked who registers with this token. Otherwise users are told that the app is not verified, and asked each time.',
    },
    ...CAUSE_OPTIONS,
  },
  async run({ config, app, vouch, ...options }) {
    const cause = causeOf(options, 'assent oauth initial-access-token')
    const redirectHosts = parseHosts(options['redirect-hosts'])
    const registration = { redirectHosts, isVouchedFor: vouch ?? false }
    print(await createInitialAccessToken(loadConfig(config), app, registration, cause))
  },
})

/** @throws {UsageError} */
function parseHosts(list: string | undefined): readonly string[] {
  const hosts = (list ?? '').split(',').map((host) => host.trim().toLowerCase())
  const isValid = hosts.every((host) => /^(\[[0-9a-f:]+\]|[a-z0-9][a-z0-9.-]*)$/.test(host))
  if (isValid && hosts.length <= MAX_REDIRECT_HOSTS) return hosts
  throw new UsageError(
    '--redirect-hosts must list hosts or schemes, such as shop.example,127.0.0.1,com.example.app.',
  )
}

async function createInitialAccessToken(
  config: LoadedConfig,
  app: string | undefined,
  registration: ClientRegistration,
  cause: ChangeCause,
): Promise<string> {
  const appId = await requireMiniProgram(config, app)
  const now = cause.changedAt
  const expiresAt = now + INITIAL_ACCESS_TOKEN_LIFETIME_SECONDS
  return withPlatformKeys(config, async ({ master }, _writer, store) => {
    await recordStep(store, cause, `Permits one registration of a client of mini program ${appId}.`)
    const credentials = createSealedCredentials(master, installationOf(config))
    return credentials.sealRegistrationToken({ ...registration, appId, expiresAt }, now)
  })
}

/** @returns the appId @throws {UsageError} */
async function requireMiniProgram(
  config: LoadedConfig,
  appId: string | undefined,
): Promise<string> {
  if (!config.oauth?.dynamicRegistration)
    throw new UsageError(
      'Clients cannot register themselves: set oauth/dynamicRegistration to true.',
    )
  const owner =
    appId !== undefined && (await withStore(config, (store) => ownerOf({ config, store }, appId)))
  if (!owner) throw new UsageError('--app must be the appId of a mini program in the registry.')
  return appId
}
