/**
 * @module Receipts: what was decided, as ISO/IEC TS 27560 records it, written with the decision (requirements R070, R071).
 */
import { type ConsentDuration, formatTime, type Sheet } from '@assent/protocol'
import type { Ports } from '../ports/ports.ts'
import type { ConsentRequest, Grant, GrantedScope } from '../records.ts'
import type { Client, MiniProgram } from '../registry.ts'

export const RECEIPT_EVENTS = [
  'granted',
  'partial',
  'refused',
  'changed',
  'renewed',
  'withdrawn',
  'expired',
] as const
export type ReceiptEvent = (typeof RECEIPT_EVENTS)[number]

export type ReceiptActor = 'user' | 'guardian' | 'merchant' | 'operator' | 'system'

/** One scope of a receipt. */
export type Processing = {
  readonly scope: string
  readonly title?: string
  readonly purpose?: string
  readonly personalData: readonly string[]
  readonly state: 'granted' | 'refused' | 'withdrawn' | 'expired'
  readonly lawfulBasis: 'consent'
  readonly required?: boolean
  readonly lifetime?: ConsentDuration
  readonly validUntil?: string
  /** Of the sheet that it was granted on. */
  readonly sheetHash?: string
}

/** The document that is signed. It names the user by the pairwise id only; who that is, is sealed in `principal`. */
export type ReceiptRecord = {
  readonly schema: 'ISO/IEC TS 27560:2023'
  readonly recordId: string
  readonly event: {
    readonly type: ReceiptEvent
    readonly time: string
    readonly actor: ReceiptActor
  }
  readonly principalId: string
  /** What was shown. Absent where nothing was. */
  readonly notice?: { readonly version: string; readonly hash: string; readonly language: string }
  readonly controller: {
    readonly clientId: string
    readonly name: string
    readonly country?: string
    readonly contact?: string
  }
  readonly miniProgram: {
    readonly appId: string
    readonly name: string
    readonly verified: boolean
  }
  readonly wallet: { readonly walletId: string; readonly name: string }
  readonly processing: readonly Processing[]
  readonly recipients: readonly string[]
  readonly retention?: string
  readonly storageLocation?: string
  readonly jurisdiction?: string
  /** Where the user withdraws. */
  readonly withdrawal: string
  readonly policyUrl?: string
  readonly termsUrl?: string
}

/** As it is signed. */
export type SealedRecord = ReceiptRecord & {
  readonly iss: string
  /** The wallet's id of the user, sealed under the user's own key: AES-256-GCM, base64url of nonce, ciphertext and tag. */
  readonly principal: string
}

/** A receipt as it is written with its change. */
export type NewReceipt = {
  /** A function of the change: the same change, made again, has the same receipt. */
  readonly receiptId: string
  /** The wallet whose chain it is in. */
  readonly walletId: string
  readonly grantId: number
  readonly createdAt: number
  readonly event: ReceiptEvent
  /** The record as JWS (RFC 7515), compact. */
  readonly document: string
}

export type ReceiptSummary = Omit<NewReceipt, 'walletId'>

export type Change = {
  readonly before: Grant
  readonly next: Grant
  readonly actor: ReceiptActor
  /** The sheet that was decided, and what was allowed of it. */
  readonly decided?: {
    readonly request: ConsentRequest
    readonly sheet: Sheet
    readonly granted: readonly string[]
  }
  /** Why scopes are gone. Default: withdrawn. */
  readonly isExpiry?: boolean
}

/** `undefined`: there is nothing to prove, or the mini program is no longer registered. */
export async function receiptOf(
  { registry, receipts }: Pick<Ports, 'registry' | 'receipts'>,
  change: Change,
  now: number,
): Promise<NewReceipt | undefined> {
  const { next, decided } = change
  const miniProgram = registry.miniPrograms.get(next.appId)
  const client = miniProgram && registry.clients.get(miniProgram.clientId)
  const wallet = registry.wallets.get(next.user.walletId)
  const processing = decided ? decidedOn(change, decided) : takenAway(change)
  if (!miniProgram || !client || !wallet || processing.length === 0) return undefined
  const event = eventOf(change)
  const receiptId = `${next.grantId.toString(36)}-${next.epoch}`
  const { settingsPath } = decided?.sheet.wallet ?? wallet
  const record: ReceiptRecord = {
    schema: 'ISO/IEC TS 27560:2023',
    recordId: receiptId,
    event: { type: event, time: formatTime(now), actor: change.actor },
    principalId: next.subject,
    ...(decided && {
      notice: {
        version: decided.sheet.notice,
        hash: decided.request.sheetHash,
        language: decided.sheet.locale,
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

function eventOf({ before, decided, isExpiry }: Change): ReceiptEvent {
  if (!decided) return isExpiry ? 'expired' : 'withdrawn'
  const { sheet, granted } = decided
  if (granted.length === 0) return 'refused'
  const rows = sheet.scopes.filter(({ scope }) => granted.includes(scope))
  const held = rows.map(({ scope }) => before.granted[scope])
  const isSame = rows.every(({ fields, purpose }, index) => {
    const old = held[index]
    return (
      old?.purpose === purpose?.version && fields.every((field) => old?.fields?.includes(field))
    )
  })
  if (held.every((one) => one !== undefined)) return isSame ? 'renewed' : 'changed'
  return rows.length < sheet.scopes.length ? 'partial' : 'granted'
}

function decidedOn(
  { next }: Change,
  { request, sheet, granted }: NonNullable<Change['decided']>,
): readonly Processing[] {
  return sheet.scopes.map(({ scope, title, description, purpose, fields, required }) => {
    const isGranted = granted.includes(scope)
    const held = isGranted ? next.granted[scope] : undefined
    return {
      scope,
      title,
      purpose: purpose?.text ?? description,
      personalData: fields,
      state: isGranted ? 'granted' : 'refused',
      lawfulBasis: 'consent',
      required,
      ...(held && termsOf(held)),
      sheetHash: request.sheetHash,
    }
  })
}

function takenAway({ before, next, isExpiry }: Change): readonly Processing[] {
  return Object.entries(before.granted)
    .filter(([scope]) => !Object.hasOwn(next.granted, scope))
    .map(([scope, held]) => ({
      scope,
      personalData: held.fields ?? [],
      state: isExpiry ? 'expired' : 'withdrawn',
      lawfulBasis: 'consent',
      ...termsOf(held),
      ...(held.sheetHash !== undefined && { sheetHash: held.sheetHash }),
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
