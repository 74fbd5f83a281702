/**
 * @module Builds the ports through which the engine sees the world.
 */
import { resolve } from 'node:path'
import { readYamlFile } from '../config/yaml.ts'
import { hasher } from '../crypto/hashes.ts'
import { random } from '../crypto/random.ts'
import { createSealedCredentials } from '../crypto/sealed-credentials.ts'
import { openFileDirectory } from '../directory/file.ts'
import { openHttpDirectory } from '../directory/http.ts'
import { UsersSchema } from '../directory/users-schema.ts'
import type { Directory, Ports } from '../engine/ports.ts'
import { createConsentFunnel, type RunningFunnel } from '../http/management/consent-funnel.ts'
import { createCredentialStatusReader } from '../revocation/credential-status.ts'
import type { BackgroundJobs } from './background.ts'
import type { Resources } from './resources.ts'

const DEFAULT_DIRECTORY_TIMEOUT_SECONDS = 2

/** The engine's ports, of which the metrics read the consent funnel. */
export type ServerPorts = Ports & { readonly funnel: RunningFunnel }

export function createPorts(resources: Resources, { accessLog }: BackgroundJobs): ServerPorts {
  const { live, store, subscriber, grants, receipts, keys, testServer } = resources
  const directory = openDirectory(resources)
  return {
    get registry() {
      return live.current().registry
    },
    store,
    accessLog,
    receipts,
    funnel: createConsentFunnel(),
    credentialStatus: createCredentialStatusReader(store, subscriber, grants),
    credentials: createSealedCredentials(keys.master),
    directory: testServer?.withTestUsers(directory) ?? directory,
    random,
    hasher,
  }
}

function openDirectory({ config, signer, clock }: Resources): Directory {
  const { directory, folder, issuer } = config
  if (directory.kind === 'file')
    return openFileDirectory(readYamlFile(resolve(folder, directory.path), UsersSchema).value)
  const { url, timeoutSeconds = DEFAULT_DIRECTORY_TIMEOUT_SECONDS } = directory
  return openHttpDirectory({ url, timeoutSeconds, issuer, clock, ...signer })
}
