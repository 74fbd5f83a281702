/**
 * @module What the user agreed to for a scope: its fields, and the purpose as the prompt stated it.
 */
import { LOCALES } from '../consent/prompt.ts'
import type { SealedRecord } from '../receipt-records.ts'
import type { GrantedScope } from '../records.ts'
import type { MiniProgram, ScopeEntry } from '../registry.ts'

export type AgreedScope = { readonly entry: ScopeEntry; readonly granted: GrantedScope }

export type AgreedPurpose = {
  readonly text: string
  /** BCP 47 */
  readonly language: string
}

/** Lists the fields that the scope permits to read and that the prompt named. */
export function agreedFields({ entry, granted }: AgreedScope): readonly string[] {
  return entry.fields.filter((field) => granted.fields?.includes(field) ?? true)
}

/**
 * Finds the purpose that the user agreed to: today's text when it is the same version, else the text of the receipt.
 * @returns `undefined` when the merchant stated no purpose, or its receipt is not among the records
 */
export function agreedPurpose(
  { purposes }: Pick<MiniProgram, 'purposes'>,
  records: readonly SealedRecord[],
  { entry: { scope }, granted }: AgreedScope,
  locale: string,
): AgreedPurpose | undefined {
  if (granted.purpose === undefined) return undefined
  const current = purposes[scope]
  if (current?.version === granted.purpose) {
    const language = current.texts[locale] === undefined ? LOCALES[0] : locale
    return { text: current.texts[language] ?? '', language }
  }
  return purposeOfReceipt(records, scope, granted)
}

function purposeOfReceipt(
  records: readonly SealedRecord[],
  scope: string,
  { sheetHash }: GrantedScope,
): AgreedPurpose | undefined {
  for (const { processing, notice } of records) {
    const row = processing.find(
      (one) => one.scope === scope && one.state === 'granted' && one.sheetHash === sheetHash,
    )
    if (row?.purpose !== undefined)
      return { text: row.purpose, language: notice?.language ?? LOCALES[0] }
  }
  return undefined
}
