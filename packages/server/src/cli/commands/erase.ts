/**
 * @module `assent erase`: revokes all grants of a user and erases the data that identifies the user.
 */
import { resolve } from 'node:path'
import { loadConfig } from '../../config/load.ts'
import type { LoadedConfig } from '../../config/loaded-config.ts'
import { sqliteFileOf } from '../../config/store.ts'
import { openPlatformKeys } from '../../crypto/keys/platform-keys.ts'
import { createReceipts } from '../../crypto/records/receipts.ts'
import type { UserRef } from '../../engine/records.ts'
import type { ChangeCause } from '../../engine/store/registry.ts'
import type { RevocationLog } from '../../engine/store/revocation-log.ts'
import { eraseUser } from '../../engine/users/erase.ts'
import { installationOf, platformKeysOf } from '../../main/resources.ts'
import { readRegistry } from '../../registry/live-registry.ts'
import { openRevocationBackup } from '../../revocation/log-backup.ts'
import { removeResidue } from '../../stores/sqlite/residue.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { CAUSE_OPTIONS, CAUSE_SYNTAX, causeOf, recordStep } from '../operator.ts'
import { parseUser, withStore } from '../store.ts'

export const erase = defineCommand({
  name: 'erase',
  usages: [
    {
      syntax: `erase --config assent.yaml --user WALLET/USER ${CAUSE_SYNTAX}`,
      help: 'Revokes all grants of a user and erases the data that identifies the user.',
    },
  ],
  options: {
    ...CONFIG_OPTION,
    user: { type: 'string', help: 'The user to erase: WALLET/USER.' },
    ...CAUSE_OPTIONS,
  },
  async run({ config, user, ...values }) {
    const cause = causeOf(values, 'assent erase')
    const grants = await eraseAll(loadConfig(config), parseUser(user), cause)
    if (grants === 0) process.exitCode = 1
    print(
      grants === 0
        ? `Nothing was stored about ${user}. Check that this is the user ID of the wallet.`
        : `${grants} grants were revoked, and the data that identified the user was erased.`,
    )
  },
})

/** @returns the number of grants that were revoked */
async function eraseAll(config: LoadedConfig, user: UserRef, cause: ChangeCause): Promise<number> {
  const grants = await eraseFromStore(config, user, cause)
  const path = sqliteFileOf(config)
  if (path !== undefined) removeResidue(path, user.userId)
  return grants
}

function eraseFromStore(config: LoadedConfig, user: UserRef, cause: ChangeCause): Promise<number> {
  return withStore(config, async (store, loaded) => {
    const { keys } = await openPlatformKeys(platformKeysOf(loaded, store))
    const { assertion, userKeyEncryptionKey } = keys
    const receipts = createReceipts({
      store,
      keys: assertion,
      userKeyEncryptionKey,
      installation: installationOf(loaded),
    })
    const registry = await readRegistry(store, loaded)
    // The log outlives the user, so it names the wallet alone.
    await recordStep(store, cause, `Erases a user of wallet ${user.walletId}.`)
    const grants = await eraseUser({ registry, store, receipts }, user, cause.changedAt)
    await backUpLog(loaded, store)
    return grants
  })
}

/** If no node runs, none writes the erasure to its backup. A node that finds it there ignores it. */
async function backUpLog(
  { folder, revocationBackup }: LoadedConfig,
  store: Pick<RevocationLog, 'readRevocations'>,
): Promise<void> {
  if (revocationBackup === undefined) return
  const rethrow = (error: unknown): never => {
    throw error
  }
  const backup = await openRevocationBackup(resolve(folder, revocationBackup), rethrow)
  backup.append((await store.readRevocations(undefined)).entries)
  await backup.close()
}
