/**
 * @module Grants as the wallet shows them to their users.
 * @see [Wallet API](../../../../../docs/wallets.md#wallet-api)
 */
import { formatTime, type GrantSummary, type WithdrawnGrantSummary } from '@assent/protocol'
import { findUpcomingEnd } from '../../engine/consent/expiry.ts'
import { scopeText } from '../../engine/consent/prompt.ts'
import { MAX_DENIALS } from '../../engine/grant.ts'
import { chooseLocale } from '../../engine/locales/choose-locale.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { MiniProgram } from '../../engine/registry.ts'
import type { ActiveGrant, WithdrawnGrant } from '../../engine/users/grant-overview.ts'

export async function summarizeGrant(
  ports: Pick<Ports, 'registry' | 'store'>,
  { grant, miniProgram, scopes }: ActiveGrant,
  locale: string | undefined,
  now: number,
): Promise<GrantSummary> {
  const lapsesAt = await findUpcomingEnd(ports, grant, now)
  return {
    ...(await describeMiniProgram(ports, miniProgram)),
    ...(lapsesAt !== undefined && { lapsesAt: formatTime(lapsesAt) }),
    refused: Object.entries(grant.denied).map(([scope, { times }]) => ({
      scope,
      untilAllowed: times >= MAX_DENIALS,
    })),
    scopes: scopes.map(({ entry, granted }) => ({
      scope: entry.scope,
      grantedAt: formatTime(granted.grantedAt),
      silent: entry.implicit,
      lifetime: granted.lifetime ?? 'until_withdrawn',
      ...(granted.expiresAt !== undefined && { expiresAt: formatTime(granted.expiresAt) }),
      ...scopeText(entry, chooseLocale(locale)),
    })),
  }
}

export async function summarizeWithdrawnGrant(
  ports: Pick<Ports, 'registry'>,
  { miniProgram, withdrawnAt, deletionAcknowledgedAt }: WithdrawnGrant,
): Promise<WithdrawnGrantSummary> {
  return {
    ...(await describeMiniProgram(ports, miniProgram)),
    withdrawnAt: formatTime(withdrawnAt),
    ...(deletionAcknowledgedAt !== undefined && {
      deletionAcknowledgedAt: formatTime(deletionAcknowledgedAt),
    }),
  }
}

export async function describeMiniProgram(
  { registry }: Pick<Ports, 'registry'>,
  { appId, name, icon, clientId }: MiniProgram,
): Promise<Pick<GrantSummary, 'appId' | 'name' | 'icon' | 'merchant'>> {
  const merchant = await registry.findClient(clientId)
  return { appId, name, icon, merchant: merchant?.name ?? '' }
}
