/**
 * @module `assent erase`: revokes all grants of a user and erases the data that identifies the user.
 */
import { buildRegistry } from '../../config/registry.ts'
import { openKeyStore } from '../../crypto/keys/key-store.ts'
import { createReceipts } from '../../crypto/receipts.ts'
import type { UserRef } from '../../engine/records.ts'
import { eraseUser } from '../../engine/users/erase.ts'
import { installationOf, keyFolderOf } from '../../main/resources.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { parseUser, withStore } from '../store.ts'

export const erase = defineCommand({
  name: 'erase',
  usages: [
    {
      syntax: 'erase --config assent.yaml --user WALLET/USER',
      help: 'Revokes all grants of a user and erases the data that identifies the user.',
    },
  ],
  options: { ...CONFIG_OPTION, user: { type: 'string', help: 'The user to erase: WALLET/USER.' } },
  async run({ config, user }) {
    const grants = await eraseFromStore(config, parseUser(user))
    if (grants === 0) process.exitCode = 1
    print(
      grants === 0
        ? `Nothing was stored about ${user}. Check that this is the user ID of the wallet.`
        : `${grants} grants were revoked, and the data that identified the user was erased.`,
    )
  },
})

/** @returns the number of grants that were revoked */
function eraseFromStore(config: string, user: UserRef): Promise<number> {
  return withStore(config, async (store, loaded) => {
    const { assertion, userKeyEncryptionKey } = openKeyStore(keyFolderOf(loaded))
    const receipts = createReceipts({
      store,
      key: assertion.key,
      keyId: assertion.id,
      userKeyEncryptionKey,
      installation: installationOf(loaded),
    })
    const registry = await buildRegistry(loaded, store)
    return eraseUser({ registry, store, receipts }, user, Math.floor(Date.now() / 1000))
  })
}
