/**
 * @module The events of the wallet's panel: one per call, with secrets masked.
 */

export const LANES = ['miniProgram', 'wallet', 'assent', 'merchant'] as const
export type Lane = (typeof LANES)[number]

export type CallEvent = {
  /** Epoch milliseconds. The panel sorts by it, because events arrive from several sources. */
  readonly at: number
  /** The step of the authorization flow, from 1.1 to 3.2. */
  readonly step: string
  readonly from: Lane
  readonly to: Lane
  readonly title: string
  /** The result code or status. */
  readonly outcome: string
  readonly ok: boolean
  readonly milliseconds?: number
  /** Method and path, headers, bodies. */
  readonly detail?: Readonly<Record<string, unknown>>
}

const CREDENTIAL = /\b(ac|at|rt|cr|pr)_[A-Za-z0-9_-]{10,}/g
const SIGNATURE = /(signature=)[A-Za-z0-9%_+/=-]{12,}/g

/** Replaces all but the prefix and the first characters of credentials and signatures. */
export function maskSecrets(text: string): string {
  return text
    .replaceAll(CREDENTIAL, (value) => `${value.slice(0, 9)}…`)
    .replaceAll(
      SIGNATURE,
      (value, name: string) => `${name}${value.slice(name.length, name.length + 8)}…`,
    )
}

/** Masks the secrets in a JSON value. */
export function mask<T>(value: T): T {
  return JSON.parse(maskSecrets(JSON.stringify(value ?? null))) as T
}
