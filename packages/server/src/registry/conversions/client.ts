/**
 * @module Converts the document of a client to the client of the engine, and to the party that signs its requests.
 */
import type { Client } from '../../engine/registry.ts'
import type { ClientDocument } from '../records/client.ts'
import { definedOf } from './defined-members.ts'

const DEFAULT_ACCESS_TOKEN_SECONDS = 3600
export const DEFAULT_REFRESH_TOKEN_SECONDS = 180 * 86_400

/** @param number of `internClient` */
export function toClient(client: ClientDocument, number: number): Client {
  const accessTokenLifetimeSeconds =
    client.accessTokenLifetimeSeconds ?? DEFAULT_ACCESS_TOKEN_SECONDS
  return {
    clientId: client.clientId,
    number,
    name: client.name,
    ...definedOf(client, ['country', 'contact']),
    active: client.state !== 'SUSPENDED',
    accessTokenLifetimeSeconds,
    refreshTokenLifetimeSeconds:
      client.refreshTokenLifetimeSeconds ??
      Math.max(DEFAULT_REFRESH_TOKEN_SECONDS, accessTokenLifetimeSeconds),
    redirectUris: client.redirectUris ?? [],
    ...notifyOf(client),
  }
}

function notifyOf({
  notifyUrl,
  notifyFormat = 'assent',
  signatureEncoding,
}: ClientDocument): Pick<Client, 'notify'> {
  if (notifyUrl !== undefined) {
    const encoding = signatureEncoding && { signatureEncoding }
    return { notify: { url: notifyUrl, format: notifyFormat, ...encoding } }
  }
  return notifyFormat === 'set' ? { notify: { format: notifyFormat } } : {}
}
