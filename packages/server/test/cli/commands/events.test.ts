/**
 * @module `assent events list` and `assent events replay`: dead letters by recipient.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRecordKeys } from '../../../src/crypto/keys/key-encryption-key.ts'
import { createRecordIntegrity } from '../../../src/crypto/records/record-integrity.ts'
import { openSqliteStore } from '../../../src/stores/sqlite/store.ts'
import { eventOf } from '../../stores/records.ts'
import { type Installation, install, runCommand } from '../../support/command.ts'
import { CLIENT_ID } from '../../support/server.ts'

let installation: Installation
beforeAll(async () => {
  installation = install()
  const keys = openRecordKeys(join(installation.folder, 'keys'))
  const integrity = createRecordIntegrity(keys, () => {})
  const store = openSqliteStore(join(installation.folder, 'data', 'assent.db'), { integrity })
  const clientNumber = await store.internClient(CLIENT_ID)
  await store.appendEvent(eventOf({ eventId: 'e-1', clientNumber }))
  const [event] = await store.listUndistributed(1)
  if (!event) throw new Error('The event was not written.')
  const recipients = [`merchant/${clientNumber}`, 'oauthClient/web'] as const
  await store.distributeEvents([{ event, recipients }])
  const limits = { total: 2, perRecipient: new Map(), perOtherRecipient: 1 }
  for (const delivery of await store.claimDeliveries(limits, 0))
    await store.recordDelivery(delivery, { state: 'dead' })
  await store.close()
})
afterAll(() => installation.remove())

const run = async (...words: string[]): Promise<string> =>
  (await runCommand('events', ...words, '--config', installation.configPath)).output

describe('dead letters', () => {
  it('are listed with their recipient, and replayed for one of them', async () => {
    const listed = await run('list')
    expect(listed).toContain(`e-1\t${CLIENT_ID}\tmerchant\tAUTHORIZATION_WITHDRAWN`)
    expect(listed).toContain(`e-1\t${CLIENT_ID}\toauthClient/web\tAUTHORIZATION_WITHDRAWN`)
    expect(await run('replay', '--oauth-client', 'web')).toContain('1 events will be sent again')
    expect(await run('list')).not.toContain('oauthClient/web')
    expect(await run('replay', '--client', CLIENT_ID)).toContain('1 events will be sent again')
  })
})
