/**
 * @module Today's server on the database of an earlier release: nothing is lost, and everything that was issued is treated as before.
 */
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { type RunningServer, startServer } from '../../src/main/start-server.ts'
import { readPlatformKey, runCommand } from '../support/command.ts'
import { call, type JsonReply, type TestClock, type TestPlatform } from '../support/server.ts'
import { type NotifiedMerchant, startNotifiedMerchant } from './notified-merchant.ts'
import { RELEASES, type RestoredInstallation, restoreInstallation, STORE_KINDS } from './restore.ts'

/** The upgrade takes some seconds of the lifetime of a code and of an open prompt. */
const DOWNTIME_SECONDS = 10
/** Longer than the lifetime of an access token, and than the time until the next attempt of any delivery. */
const DAY_SECONDS = 86_400

const INVALID_TOKEN = 'INVALID_ACCESS_TOKEN'

describe.each(RELEASES.flatMap((release) => STORE_KINDS.map((kind) => [release, kind] as const)))(
  'an installation of %s on %s',
  (release, kind) => {
    let installation: RestoredInstallation
    let merchant: NotifiedMerchant
    let running: RunningServer
    let server: TestPlatform
    let clock: TestClock

    beforeAll(async () => {
      merchant = await startNotifiedMerchant()
      installation = await restoreInstallation(release, kind, merchant.url)
      clock = { now: installation.credentials.madeAt + DOWNTIME_SECONDS }
      running = await startServer(loadConfig(installation.configPath), {
        clock: () => clock.now,
        logger: pino({ level: 'silent' }),
      })
      const { url } = running
      server = { url, urls: [url], clock, platformKey: await readPlatformKey(url) }
      merchant.platformKey = server.platformKey
    })
    afterAll(async () => {
      await running?.close()
      await installation?.remove()
      await merchant?.close()
    })

    const callAs = (
      party: 'wallet' | 'kopi' | 'batik' | 'closed',
      path: string,
      body: object,
    ): Promise<JsonReply> => call(server, path, body, installation.signingOf(party))
    const inquire = (accessToken: string, party: 'kopi' | 'batik' = 'kopi'): Promise<JsonReply> =>
      callAs(party, '/v1/users/inquiryUserInfo', { accessToken })
    const applyToken = (body: object): Promise<JsonReply> =>
      callAs('kopi', '/v1/authorizations/applyToken', body)
    const verifyReceipts = () => runCommand('audit', 'verify', '--config', installation.configPath)

    it('reads with access tokens of both master keys what the user granted', async () => {
      const { beforeRotation, afterRotation } = installation.credentials
      const maria = (await inquire(beforeRotation.accessToken))['userInfo']
      expect(maria).toMatchObject({ userId: beforeRotation.customerId, nickName: 'Maria' })
      expect(maria).toHaveProperty('contactInfos')
      const tomas = (await inquire(afterRotation.accessToken))['userInfo']
      expect(tomas).toMatchObject({ userId: afterRotation.customerId, nickName: 'Tomas' })
      expect(tomas).not.toHaveProperty('contactInfos')
    })

    it('rejects the token of a withdrawn grant, and a suspended client', async () => {
      const { withdrawn } = installation.credentials
      const reply = await inquire(withdrawn.accessToken, 'batik')
      expect(reply.result.resultCode).toBe(INVALID_TOKEN)
      const refused = await callAs('closed', '/v1/authorizations/events', {})
      expect(refused.result.resultStatus).toBe('F')
    })

    it('redeems a code within its lifetime, and an open prompt is answered', async () => {
      const { authCode, openPrompt } = installation.credentials
      const redeemed = await applyToken({ grantType: 'AUTHORIZATION_CODE', authCode })
      expect((await inquire(redeemed['accessToken']))['userInfo']).toMatchObject({
        nickName: 'Maria',
      })
      const decided = await callAs('wallet', '/wallet/v1/decide', {
        ...openPrompt,
        userId: 'budi',
        granted: ['auth_user'],
      })
      expect(decided['authCode']).toMatch(/^ac_/)
    })

    it('refreshes after the access token has expired', async () => {
      clock.now += DAY_SECONDS
      const { accessToken, refreshToken } = installation.credentials.beforeRotation
      expect((await inquire(accessToken)).result.resultCode).not.toBe('SUCCESS')
      const refreshed = await applyToken({ grantType: 'REFRESH_TOKEN', refreshToken })
      expect((await inquire(refreshed['accessToken']))['userInfo']).toMatchObject({
        nickName: 'Maria',
      })
    })

    it('shows the user what was granted, and withdraws it', async () => {
      const before = await callAs('wallet', '/wallet/v1/grants', { userId: 'tomas' })
      expect(JSON.stringify(before)).toContain('kopi-app')
      await callAs('wallet', '/wallet/v1/revoke', { userId: 'tomas', appId: 'kopi-app' })
      const { refreshToken } = installation.credentials.afterRotation
      const refused = await applyToken({ grantType: 'REFRESH_TOKEN', refreshToken })
      expect(refused.result.resultStatus).toBe('F')
    })

    it('accepts the secret of an OAuth client', async () => {
      const reply = await fetch(`${server.url}/oauth2/token`, {
        method: 'POST',
        headers: {
          Authorization: `Basic ${Buffer.from(`kopi-reports:${installation.credentials.secret}`).toString('base64')}`,
        },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'grants' }),
      })
      expect(reply.status).toBe(200)
    })

    it('delivers the events that were waiting, and lists those of clients without an address', async () => {
      const { events } = await callAs('batik', '/v1/authorizations/events', {})
      expect(events.map(({ eventType }: { eventType: string }) => eventType)).toEqual([
        'AUTHORIZATION_GRANTED',
        'AUTHORIZATION_WITHDRAWN',
      ])
      const deliver = (): readonly string[] => {
        clock.now += DAY_SECONDS
        return merchant.eventTypes.toSorted()
      }
      await expect.poll(deliver, { timeout: 20_000 }).toEqual([
        // Maria, Tomas and Ines before the upgrade, Budi after it.
        ...Array.from({ length: 4 }, () => 'AUTHORIZATION_GRANTED'),
        // Ines before the upgrade, Tomas after it.
        ...Array.from({ length: 2 }, () => 'AUTHORIZATION_WITHDRAWN'),
      ])
    })

    it('has every record of the registry', async () => {
      const { configPath, folder } = installation
      const file = join(folder, 'registry.yaml')
      const { output } = await runCommand('diff', '--filename', file, '--config', configPath)
      expect(output).toContain('0 to create, 0 to change, 0 to remove, 8 unchanged.')
      expect((await runCommand('actions', '--config', configPath)).output).toContain(
        'client closed',
      )
    })

    it('verifies old and new receipts in one chain', async () => {
      const { code, output } = await verifyReceipts()
      expect(output).toMatch(/^(?:[7-9]|\d{2,}) receipts/m)
      expect(output).toContain('No receipt was altered.')
      expect(output).toContain('No row was edited.')
      expect(output).toContain('The registry was not edited.')
      expect(code).toBe(0)
    })
  },
)
