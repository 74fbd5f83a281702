/**
 * @module What the wallet's panel shows of the loop: one event a call, with everything secret masked.
 */

export const LANES = ['miniProgram', 'wallet', 'assent', 'merchant'] as const
export type Lane = (typeof LANES)[number]

export type LoopEvent = {
  /** Epoch milliseconds: events come to the panel by several ways. */
  readonly at: number
  /** Its number in the picture of the loop: 1.1 … 2.4. */
  readonly step: string
  readonly from: Lane
  readonly to: Lane
  readonly title: string
  /** How it ended: a result code, a status. */
  readonly outcome: string
  readonly ok: boolean
  readonly milliseconds?: number
  /** Method and path, headers, bodies. */
  readonly detail?: Readonly<Record<string, unknown>>
}

const CREDENTIAL = /\b(ac|at|rt|cr|pr)_[A-Za-z0-9_-]{10,}/g
const SIGNATURE = /(signature=)[A-Za-z0-9%_+/=-]{12,}/g

/** Keeps the type of a credential and its first characters. */
export function maskSecrets(text: string): string {
  return text
    .replaceAll(CREDENTIAL, (value) => `${value.slice(0, 9)}…`)
    .replaceAll(
      SIGNATURE,
      (value, name: string) => `${name}${value.slice(name.length, name.length + 8)}…`,
    )
}

export function masked<T>(value: T): T {
  return JSON.parse(maskSecrets(JSON.stringify(value ?? null))) as T
}
