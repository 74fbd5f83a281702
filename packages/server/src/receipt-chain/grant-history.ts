/**
 * @module What the receipts of a grant say about it, for the comparison of grants with their receipts.
 */
import { formatTime } from '@assent/protocol'
import type { Processing, SealedRecord } from '../engine/receipt-records.ts'
import type { Grant } from '../engine/records.ts'

/** The last statement about a scope. */
type ScopeStatement = {
  readonly epoch: number
  readonly terms: string
  readonly isGranted: boolean
}

/** The last receipt of a grant, as far as it is compared. */
type LastReceipt = Pick<SealedRecord, 'recordId' | 'principal' | 'principalId'> & {
  readonly epoch: number
  readonly appId: string
  readonly walletId: string
}

export type GrantHistory = {
  last: LastReceipt
  /** The client of the first receipt: a mini program can move to another client later. */
  first: { readonly epoch: number; readonly clientId: string }
  readonly scopes: Map<string, ScopeStatement>
}

/** Splits the id of a receipt. @returns `undefined` when it is not one */
export function parseReceiptId(
  receiptId: string,
): { readonly grantId: number; readonly epoch: number } | undefined {
  const [, grantId, epoch] = /^([0-9a-z]{1,10})-(\d{1,16})$/.exec(receiptId) ?? []
  return grantId === undefined
    ? undefined
    : { grantId: Number.parseInt(grantId, 36), epoch: Number(epoch) }
}

/** Adds a receipt to the history of its grant. The receipts of a grant can be added in any order. */
export function addToHistory(
  known: GrantHistory | undefined,
  record: SealedRecord,
  epoch: number,
): GrantHistory {
  const { recordId, principal, principalId, miniProgram, wallet, controller } = record
  const last = {
    recordId,
    principal,
    principalId,
    epoch,
    appId: miniProgram.appId,
    walletId: wallet.walletId,
  }
  const first = { epoch, clientId: controller.clientId }
  const history = known ?? { last, first, scopes: new Map<string, ScopeStatement>() }
  if (epoch > history.last.epoch) history.last = last
  if (epoch < history.first.epoch) history.first = first
  // A denial never withdraws a scope that was granted before.
  for (const one of record.processing.filter(({ state }) => state !== 'refused'))
    if (epoch >= (history.scopes.get(one.scope)?.epoch ?? 0))
      history.scopes.set(one.scope, {
        epoch,
        isGranted: one.state === 'granted',
        terms: termsOf(one),
      })
  return history
}

export function hasGrantedScopes({ scopes }: GrantHistory): boolean {
  return [...scopes.values()].some(({ isGranted }) => isGranted)
}

/** Compares a grant with its history. One sentence per difference. */
export function differencesOf(grant: Grant, history: GrantHistory | undefined): readonly string[] {
  const consented = Object.entries(grant.granted).filter(([, { sheetHash }]) => sheetHash)
  const unstated = consented.flatMap(([scope, { sheetHash, lifetime, expiresAt, fields = [] }]) => {
    const statement = history?.scopes.get(scope)
    const terms = termsOf({
      personalData: fields,
      ...(sheetHash !== undefined && { sheetHash }),
      ...(lifetime !== undefined && { lifetime }),
      ...(expiresAt !== undefined && { validUntil: formatTime(expiresAt) }),
    })
    return statement?.isGranted && statement.terms === terms
      ? []
      : [`It permits ${scope} with terms that its receipts do not state.`]
  })
  if (!history)
    return grant.lastReceiptId === undefined
      ? unstated
      : [...unstated, `Its receipt ${grant.lastReceiptId} is missing.`]
  const { last } = history
  const differences = [
    [grant.epoch < last.epoch, `It is older than its receipt ${last.recordId}: it was put back.`],
    [
      grant.lastReceiptId !== last.recordId,
      `It names ${grant.lastReceiptId ?? 'no receipt'} as its last receipt, but that is ${last.recordId}.`,
    ],
    [grant.subject !== last.principalId, 'Its pairwise id is not the one of its receipts.'],
    [grant.appId !== last.appId, 'Its mini program is not the one of its receipts.'],
    [grant.user.walletId !== last.walletId, 'Its wallet is not the one of its receipts.'],
  ] as const
  return [...unstated, ...differences.flatMap(([isDifferent, text]) => (isDifferent ? [text] : []))]
}

/** The terms of a scope, in one text that is equal for equal terms. */
function termsOf({
  personalData,
  sheetHash,
  lifetime,
  validUntil,
}: Pick<Processing, 'personalData' | 'sheetHash' | 'lifetime' | 'validUntil'>): string {
  return JSON.stringify([sheetHash, lifetime, validUntil, [...personalData].sort()])
}
