/**
 * @module Builds the ports through which the engine sees the world.
 */
import { resolve } from 'node:path'
import { readUsersFile } from '../config/users-file.ts'
import { hasher } from '../crypto/hashes.ts'
import { random } from '../crypto/random.ts'
import { createSealedCredentials } from '../crypto/sealed-credentials.ts'
import { withUserCache } from '../directory/cache.ts'
import { openFileDirectory } from '../directory/file.ts'
import { openHttpDirectory } from '../directory/http.ts'
import { withOutboundLimits, withWaiting } from '../directory/outbound.ts'
import { createRecordReader } from '../directory/record-reader.ts'
import {
  createUnreadableFieldLog,
  type UnreadableFieldLog,
} from '../directory/unreadable-fields.ts'
import type { Directory } from '../engine/ports/directory.ts'
import type { WhileWaiting } from '../engine/ports/outbound-calls.ts'
import type { Ports } from '../engine/ports/ports.ts'
import { createConsentFunnel, type RunningFunnel } from '../http/management/consent-funnel.ts'
import { createCredentialStatusReader } from '../revocation/credential-status.ts'
import type { BackgroundJobs } from './background.ts'
import { installationOf, type Resources } from './resources.ts'

const DEFAULT_DIRECTORY_TIMEOUT_SECONDS = 2
const DEFAULT_DIRECTORY_ENCODING = 'base64url'
const DEFAULT_DIRECTORY_CACHE_SECONDS = 5

/** The engine's ports, and what the metrics read. */
export type ServerPorts = Ports & {
  readonly funnel: RunningFunnel
  readonly unreadableFields: UnreadableFieldLog
}

export function createPorts(
  resources: Resources,
  { accessLog }: BackgroundJobs,
  whileWaiting: WhileWaiting,
): ServerPorts {
  const { live, store, subscriber, grants, receipts, keys, testServer } = resources
  const unreadableFields = createUnreadableFieldLog(resources.logger)
  const directory = openDirectory(resources, unreadableFields, whileWaiting)
  return {
    get registry() {
      return live.current().registry
    },
    store,
    accessLog,
    receipts,
    funnel: createConsentFunnel(),
    unreadableFields,
    credentialStatus: createCredentialStatusReader(store, subscriber, grants),
    credentials: createSealedCredentials(keys.master, installationOf(resources.config)),
    directory: testServer?.withTestUsers(directory) ?? directory,
    random,
    hasher,
  }
}

function openDirectory(
  { config, live, signer, clock, outbound }: Resources,
  { report }: UnreadableFieldLog,
  whileWaiting: WhileWaiting,
): Directory {
  const { directory, folder, issuer } = config
  const read = createRecordReader({
    clock,
    report,
    defaultCountryOf: (id) => live.current().registry.wallets.get(id)?.defaultCountry,
  })
  if (directory.kind === 'file') {
    const { users } = readUsersFile(resolve(folder, directory.path)).value
    return openFileDirectory(users, read)
  }
  const {
    url,
    timeoutSeconds = DEFAULT_DIRECTORY_TIMEOUT_SECONDS,
    cacheSeconds = DEFAULT_DIRECTORY_CACHE_SECONDS,
    signatureEncoding: encoding = DEFAULT_DIRECTORY_ENCODING,
  } = directory
  const http = openHttpDirectory({ url, timeoutSeconds, issuer, clock, encoding, signer }, read)
  const limited = withOutboundLimits(http, url, outbound)
  return withWaiting(withUserCache(limited, cacheSeconds, clock), whileWaiting)
}
