/**
 * @module One of the processes of a merchant's server that share a token store. It logs in or refreshes, and prints what went wrong.
 */
import { type Customer, createMerchantClient } from '@assent/merchant'
import { openTokenStore } from './open-token-store.ts'

export type ProcessSettings = {
  readonly job: 'logIn' | 'refresh'
  readonly count: number
  readonly customer: Customer
  readonly storeModule: string
  readonly storeUrl: string
  readonly client: Parameters<typeof createMerchantClient>[0]
}

const settings = JSON.parse(process.argv[2] ?? '') as ProcessSettings
const { customer } = settings
const { tokenStore, close } = await openTokenStore(settings.storeModule, settings.storeUrl)
const client = createMerchantClient({ ...settings.client, tokenStore })

const JOBS = {
  /** The stored tokens must be those of the login, or a successor. */
  async logIn(n: number) {
    await client.applyToken({ appId: customer.appId, authCode: `ac_${n}` })
    const stored = await tokenStore.get(customer)
    if (stored?.scope !== `login_${n}`) throw new Error(`login ${n} → ${stored?.scope}`)
  },
  async refresh() {
    await client.refresh(customer)
  },
}

const problems: string[] = []
for (let n = 1; n <= settings.count; n++)
  await JOBS[settings.job](n).catch((error: unknown) => problems.push(String(error)))
await close()
process.stdout.write(JSON.stringify(problems))
