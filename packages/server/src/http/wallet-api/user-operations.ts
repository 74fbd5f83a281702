/**
 * @module Operations of the wallet API with which users see and withdraw what they have granted.
 * @see [Wallet API](../../../../../docs/wallets.md#wallet-api)
 */
import { formatTime, parseRequestTime } from '@assent/protocol'
import { requireFirst } from '../../engine/once.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import { revokeGrant } from '../../engine/tokens/revoke.ts'
import { listAccessLogOfUser } from '../../engine/users/access-log.ts'
import {
  listActiveGrants,
  listReceiptsOfUser,
  listWithdrawnGrants,
  readSettings,
  resetDenials,
} from '../../engine/users/grant-overview.ts'
import { createPrivacyLink } from '../../engine/users/privacy-link.ts'
import { readOpenUserInfo } from '../../engine/users/profile.ts'
import { isTimeZone } from '../../engine/users/time-zone.ts'
import { invalidParameter } from '../request-schema.ts'
import type { Operations, PageUrls } from './call.ts'
import type { ConsentOperation } from './consent-operations.ts'
import { summarizeGrant, summarizeWithdrawnGrant } from './grant-summaries.ts'
import { requireScopeNames } from './requests.ts'

const DEFAULT_ACCESS_LOG_ENTRIES = 100
const DEFAULT_RECEIPTS = 100

export function createUserOperations(
  ports: Ports,
  urls: PageUrls,
): Omit<Operations, ConsentOperation> {
  return {
    async grants({ walletId, request, now }) {
      const { userId, appId, locale } = request
      const user = { walletId, userId }
      const isRequested = ({
        miniProgram,
      }: {
        readonly miniProgram: { readonly appId: string }
      }): boolean => appId === undefined || miniProgram.appId === appId
      const active = (await listActiveGrants(ports, user, now)).filter(isRequested)
      const withdrawn = (await listWithdrawnGrants(ports, user)).filter(isRequested)
      return {
        grants: await Promise.all(active.map((grant) => summarizeGrant(ports, grant, locale, now))),
        withdrawn: await Promise.all(
          withdrawn.map((grant) => summarizeWithdrawnGrant(ports, grant)),
        ),
      }
    },
    async revoke({ walletId, request, once, now, revoked }) {
      const { userId, appId, scopes } = request
      requireScopeNames(scopes)
      const sequence = await revokeGrant(
        ports,
        { user: { walletId, userId }, appId, scopes, once: once() },
        now,
      )
      revoked(sequence)
      return { sequence }
    },
    async profile({ walletId, request, now }) {
      const { userId, appId } = request
      return { profile: await readOpenUserInfo(ports, { user: { walletId, userId }, appId }, now) }
    },
    async accessLog({ walletId, request, now }) {
      const { userId, appId, before, limit = DEFAULT_ACCESS_LOG_ENTRIES } = request
      const until = before === undefined ? now + 1 : parseRequestTime(before)
      if (until === undefined) throw invalidParameter('before')
      const query = { before: until, limit, ...(appId !== undefined && { appId }) }
      const accessLog = await listAccessLogOfUser(ports, { user: { walletId, userId }, ...query })
      return { accessLog }
    },
    async receipts({ walletId, request }) {
      const { userId, appId, limit = DEFAULT_RECEIPTS } = request
      const user = { walletId, userId }
      const receipts = await listReceiptsOfUser(ports, { user, limit, appId })
      return {
        receipts: receipts.map(({ createdAt, receiptId, appId, event, document }) => ({
          receiptId,
          appId,
          event,
          at: formatTime(createdAt),
          document,
        })),
      }
    },
    async clearDenials({ walletId, request, once, now }) {
      const { userId, appId } = request
      await resetDenials(ports, { user: { walletId, userId }, appId, once: once() }, now)
      return {}
    },
    async createPrivacyLink({ walletId, request, once, now }) {
      const { userId, locale, timeZone } = request
      if (timeZone !== undefined && !isTimeZone(timeZone)) throw invalidParameter('timeZone')
      await requireFirst(ports, once())
      const link = await createPrivacyLink(ports, { user: { walletId, userId }, locale }, now)
      return { url: urls.privacy(link.id, timeZone), expiresAt: formatTime(link.expiresAt) }
    },
    async settings({ walletId, request, now }) {
      const { userId, appId } = request
      return { authSetting: await readSettings(ports, { user: { walletId, userId }, appId }, now) }
    },
  }
}
