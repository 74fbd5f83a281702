/**
 * @module The contract of a store, including concurrent calls. The tests of each store run it.
 */
import { describe } from 'vitest'
import { describeAdminRequests } from './contract/admin-requests.ts'
import { describeAdminSignIn } from './contract/admin-sign-in.ts'
import { describeAuthorizations } from './contract/authorizations.ts'
import { describeConsent } from './contract/consent.ts'
import { describeEvents } from './contract/events.ts'
import { describeForgedRows } from './contract/forged-rows.ts'
import { describeGrants } from './contract/grants.ts'
import { describeNodes } from './contract/nodes.ts'
import { describeOAuth } from './contract/oauth.ts'
import { describeReceipts } from './contract/receipts.ts'
import { describeRegistry } from './contract/registry.ts'
import type { OpenStore } from './records.ts'

export function describeStore(name: string, open: OpenStore): void {
  describe(name, () => {
    describeGrants(open)
    describeConsent(open)
    describeReceipts(open)
    describeAuthorizations(open)
    describeEvents(open)
    describeOAuth(open)
    describeAdminSignIn(open)
    describeAdminRequests(open)
    describeNodes(open)
    describeForgedRows(open)
    describeRegistry(open)
  })
}
