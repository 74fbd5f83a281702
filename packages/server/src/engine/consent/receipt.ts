/**
 * @module Receipts: records of decisions in the format of ISO/IEC TS 27560, written in the same transaction as the decision.
 * @see docs/consent.md#receipts
 */
import { formatTime, type Sheet } from '@assent/protocol'
import type { Ports } from '../ports/ports.ts'
import type {
  NewReceipt,
  Processing,
  ReceiptActor,
  ReceiptEvent,
  ReceiptRecord,
} from '../receipt-records.ts'
import type { ConsentRequest, Grant, GrantedScope } from '../records.ts'
import type { Client, MiniProgram } from '../registry.ts'

/** A change of a grant, with the decision that caused it. */
export type GrantChange = {
  readonly before: Grant
  readonly next: Grant
  readonly actor: ReceiptActor
  /** The prompt and the decision. Absent for withdrawals and expiry. */
  readonly decision?: {
    readonly request: ConsentRequest
    readonly sheet: Sheet
    readonly granted: readonly string[]
  }
  /** Whether scopes ended by expiry. Default: they were withdrawn. */
  readonly isExpiry?: boolean
}

/** Creates and signs the receipt of a change. @returns `undefined` when no scope changed or the mini program is not registered */
export async function receiptOf(
  { registry, receipts }: Pick<Ports, 'registry' | 'receipts'>,
  change: GrantChange,
  now: number,
): Promise<NewReceipt | undefined> {
  const { next, decision } = change
  const miniProgram = await registry.findMiniProgram(next.appId)
  const client = miniProgram && (await registry.findClient(miniProgram.clientId))
  const wallet = registry.wallets.get(next.user.walletId)
  const processing = decision ? processingOfDecision(change, decision) : processingOfRemoval(change)
  if (!miniProgram || !client || !wallet || processing.length === 0) return undefined
  const event = eventOf(change)
  const receiptId = `${next.grantId.toString(36)}-${next.epoch}`
  const { settingsPath } = decision?.sheet.wallet ?? wallet
  const record: ReceiptRecord = {
    schema: 'ISO/IEC TS 27560:2023',
    recordId: receiptId,
    event: { type: event, time: formatTime(now), actor: change.actor },
    principalId: next.subject,
    ...(decision && {
      notice: {
        version: decision.sheet.notice,
        hash: decision.request.sheetHash,
        language: decision.sheet.locale,
      },
    }),
    ...partiesOf(miniProgram, client),
    wallet: { walletId: wallet.walletId, name: wallet.name },
    processing,
    withdrawal: `${wallet.name} › ${settingsPath}`,
  }
  return {
    receiptId,
    walletId: wallet.walletId,
    grantId: next.grantId,
    createdAt: now,
    event,
    document: await receipts.sign(record, next.user),
  }
}

function partiesOf(
  miniProgram: MiniProgram,
  client: Client,
): Pick<ReceiptRecord, 'controller' | 'miniProgram' | 'recipients'> {
  const { appId, name, verified, recipients, policyUrl, termsUrl, retention, storageLocation } =
    miniProgram
  const { clientId, country, contact } = client
  return {
    controller: {
      clientId,
      name: client.name,
      ...(country !== undefined && { country }),
      ...(contact !== undefined && { contact }),
    },
    miniProgram: { appId, name, verified },
    recipients,
    ...(retention !== undefined && { retention }),
    ...(storageLocation !== undefined && { storageLocation }),
    ...(country !== undefined && { jurisdiction: country }),
    ...(policyUrl !== undefined && { policyUrl }),
    ...(termsUrl !== undefined && { termsUrl }),
  }
}

function eventOf({ before, decision, isExpiry }: GrantChange): ReceiptEvent {
  if (!decision) return isExpiry ? 'expired' : 'withdrawn'
  const { sheet, granted } = decision
  if (granted.length === 0) return 'refused'
  const rows = sheet.scopes.filter(({ scope }) => granted.includes(scope))
  const earlier = rows.map(({ scope }) => before.granted[scope])
  const isSame = rows.every(({ fields, purpose }, index) => {
    const old = earlier[index]
    return (
      old?.purpose === purpose?.version && fields.every((field) => old?.fields?.includes(field))
    )
  })
  if (earlier.every((old) => old !== undefined)) return isSame ? 'renewed' : 'changed'
  return rows.length < sheet.scopes.length ? 'partial' : 'granted'
}

function processingOfDecision(
  { next }: GrantChange,
  { request, sheet, granted }: NonNullable<GrantChange['decision']>,
): readonly Processing[] {
  return sheet.scopes.map(({ scope, title, purpose, fields, required }) => {
    const isGranted = granted.includes(scope)
    const grantedScope = isGranted ? next.granted[scope] : undefined
    return {
      scope,
      title,
      ...(purpose && { purpose: purpose.text }),
      personalData: fields,
      state: isGranted ? 'granted' : 'refused',
      lawfulBasis: 'consent',
      required,
      ...(grantedScope && termsOf(grantedScope)),
      sheetHash: request.sheetHash,
    }
  })
}

function processingOfRemoval({ before, next, isExpiry }: GrantChange): readonly Processing[] {
  return Object.entries(before.granted)
    .filter(([scope]) => !Object.hasOwn(next.granted, scope))
    .map(([scope, removed]) => ({
      scope,
      personalData: removed.fields ?? [],
      state: isExpiry ? 'expired' : 'withdrawn',
      lawfulBasis: 'consent',
      ...termsOf(removed),
      ...(removed.sheetHash !== undefined && { sheetHash: removed.sheetHash }),
    }))
}

function termsOf({
  lifetime,
  expiresAt,
}: GrantedScope): Pick<Processing, 'lifetime' | 'validUntil'> {
  return {
    ...(lifetime !== undefined && { lifetime }),
    ...(expiresAt !== undefined && { validUntil: formatTime(expiresAt) }),
  }
}
