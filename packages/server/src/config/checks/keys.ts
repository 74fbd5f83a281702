/**
 * @module Checks of the public keys in assent.yaml: each can be read and is strong, and no two parties have the same one.
 */
import type { KeyObject } from 'node:crypto'
import { readPublicKey } from '../../crypto/keys/public-keys.ts'
import { identityOfKey } from '../../engine/key-strength.ts'
import type { PublicJwk } from '../../engine/registry.ts'
import type { Sections } from '../sections.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

/** Where a key is in the file, and whose it is. The OAuth clients of a merchant are the same party. */
type DeclaredKey = {
  readonly path: (string | number)[]
  readonly party: string
  readonly read: () => PublicJwk
}

export function checkKeys(
  { value, addIssue }: YamlFile<Sections>,
  folder: string,
): readonly ConfigIssue[] {
  const owners = new Map<string, string>()
  return declaredKeys(value, folder).flatMap(({ path, party, read }) => {
    try {
      const identity = identityOfKey(read())
      const owner = owners.get(identity) ?? party
      owners.set(identity, owner)
      return owner === party
        ? []
        : [
            addIssue(
              path,
              `is also a key of ${owner}. Each party needs a key of its own: who has the private key could act as both`,
            ),
          ]
    } catch (error) {
      return [addIssue(path, error instanceof Error ? error.message : String(error))]
    }
  })
}

function declaredKeys(config: Sections, folder: string): readonly DeclaredKey[] {
  const wallets = config.wallets.map(({ walletId, keys }) => ({ id: `wallet ${walletId}`, keys }))
  const clients = config.clients.map(({ clientId, keys = [] }) => ({
    id: `client ${clientId}`,
    keys,
  }))
  const parties = Object.entries({ wallets, clients })
  const ofMessages = parties.flatMap(([list, owners]) =>
    owners.flatMap(({ id, keys }, owner) =>
      keys.map(({ publicKey }, index) => ({
        path: [list, owner, 'keys', index, 'publicKey'],
        party: id,
        read: () => toJwk(readPublicKey(publicKey, folder)),
      })),
    ),
  )
  // Their strength is a rule of OAuth clients.
  const ofOAuth = config.clients.flatMap(({ clientId, oauth = [] }, client) =>
    oauth.flatMap(({ jwks = [] }, index) =>
      jwks.map((jwk, key) => ({
        path: ['clients', client, 'oauth', index, 'jwks', key],
        party: `client ${clientId}`,
        read: () => jwk,
      })),
    ),
  )
  return [...ofMessages, ...ofOAuth]
}

function toJwk(key: KeyObject): PublicJwk {
  return key.export({ format: 'jwk' }) as PublicJwk
}
