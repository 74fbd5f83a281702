/**
 * @module The configuration of a test server, which has its own world: it takes wallets, clients and scopes from
 * assent.yaml, and nothing that leads to people, data or servers of the installation that the file is for
 * (docs/decisions/0083-credentials-carry-their-environment.md).
 */
import { join } from 'node:path'
import type { LoadedConfig } from './loaded-config.ts'

export const TEST_SERVER_ENVIRONMENT = 'test-server'
const HOST = '127.0.0.1'

export type TestServerOptions = {
  /** An empty folder for the keys, the store and the users file. */
  readonly folder: string
  readonly port: number
  /** They may use every mini program, also those that are not verified. */
  readonly userIds: readonly string[]
  /** The hash of the secret that every client with a secret has on this server. */
  readonly secretHash: string
}

/** The name of the file with the users besides the test users. It is empty. */
export const USERS_FILE = 'users.json'

export function toTestServerConfig(
  config: LoadedConfig,
  { folder, port, userIds, secretHash }: TestServerOptions,
): LoadedConfig {
  const { wallets, clients } = config
  const testers = wallets.flatMap(({ walletId }) => userIds.map((id) => `${walletId}/${id}`))
  return {
    ...catalogOf(config),
    environment: TEST_SERVER_ENVIRONMENT,
    issuer: `http://${HOST}:${port}`,
    listen: { host: HOST, port },
    store: `sqlite:${join(folder, 'test-server.db')}`,
    keys: join(folder, 'keys'),
    directory: { kind: 'file', path: join(folder, USERS_FILE) },
    logLevel: 'error',
    wallets: wallets.map(
      ({ authorizeUrl: _authorizeUrl, logoutUrl: _logoutUrl, ...wallet }) => wallet,
    ),
    clients: clients.map((client) => toTestClient(client, testers, secretHash)),
  }
}

/**
 * Names what is taken over, so that a new setting stays out until somebody adds it here. Relative paths of keys and images still
 * start in the folder of the file.
 */
function catalogOf({
  path,
  folder,
  fromFile,
  issues,
  oauth,
  scopes,
  consentDurations,
  signatureDiagnostics,
}: LoadedConfig): Pick<LoadedConfig, 'path' | 'folder' | 'fromFile' | 'issues'> {
  return {
    path,
    folder,
    fromFile,
    issues,
    ...(oauth && { oauth }),
    ...(scopes && { scopes }),
    ...(consentDurations && { consentDurations }),
    ...(signatureDiagnostics !== undefined && { signatureDiagnostics }),
  }
}

type Client = LoadedConfig['clients'][number]

/** A client of which no event reaches the real merchant. */
function toTestClient(
  { notifyUrl: _notifyUrl, oauth, ...client }: Client,
  testers: readonly string[],
  secretHash: string,
): Client {
  return {
    ...client,
    miniPrograms: client.miniPrograms.map((one) => ({ ...one, testers: [...testers] })),
    ...(oauth && {
      oauth: oauth.map(({ backchannelLogoutUri: _backchannelLogoutUri, ...one }) => ({
        ...one,
        ...(one.secretHashes && { secretHashes: [secretHash] }),
      })),
    }),
  }
}
