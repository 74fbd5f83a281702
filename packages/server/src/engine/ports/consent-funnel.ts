/**
 * @module The port to the statistics of consent prompts.
 * @see docs/operating.md#consent-statistics
 */
import type { UserRef } from '../records.ts'

export type FunnelStep = 'requested' | 'viewed' | 'granted' | 'declined' | 'dismissed'

export interface ConsentFunnel {
  /** Counts a step for each of the scopes. Never fails. */
  count(
    step: FunnelStep,
    of: { readonly appId: string; readonly user: UserRef; readonly scopes: readonly string[] },
  ): void
}
