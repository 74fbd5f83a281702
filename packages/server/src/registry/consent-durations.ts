/**
 * @module The consent durations that may be offered, as the configuration of the node says.
 */
import { CONSENT_DURATIONS, type ConsentDuration } from '@assent/protocol'
import type { Config } from '../config/schema.ts'
import type { Catalog, Sensitivity } from '../engine/registry.ts'

const DEFAULT_CONSENT_DURATIONS: Catalog['consentDurations'] = {
  basic: CONSENT_DURATIONS,
  sensitive: CONSENT_DURATIONS,
  restricted: ['once', '30d'],
}

export function consentDurationsOf({
  consentDurations,
}: Pick<Config, 'consentDurations'>): Catalog['consentDurations'] {
  const offered = (sensitivity: Sensitivity): readonly ConsentDuration[] =>
    CONSENT_DURATIONS.filter((one) =>
      (consentDurations?.[sensitivity] ?? DEFAULT_CONSENT_DURATIONS[sensitivity]).includes(one),
    )
  return {
    basic: offered('basic'),
    sensitive: offered('sensitive'),
    restricted: offered('restricted'),
  }
}
