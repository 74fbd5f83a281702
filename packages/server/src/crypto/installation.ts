/**
 * @module Binds everything that is sealed to the installation that sealed it. So a test server or a staging system that has the keys of
 * production by mistake accepts nothing of production, and production nothing of it
 * (docs/decisions/0083-credentials-carry-their-environment.md).
 */
import type { MasterKeys, Purpose } from './keys/master-keys.ts'

export type Installation = {
  /** Such as `production` or `staging`, without spaces. */
  readonly environment: string
  /** The public URL of the server. */
  readonly issuer: string
}

export type InstallationKeys = Pick<MasterKeys, 'version'> & {
  derive(version: number, purpose: Purpose, hour: number): ReturnType<MasterKeys['derive']>
}

/**
 * A refresh token is not bound to the issuer, so that users stay logged in when the address of the server changes. It needs its
 * authorization in the database, which another installation does not have.
 */
const SURVIVES_NEW_ISSUER: ReadonlySet<Purpose> = new Set(['refresh-token'])

/** @returns the same keys, of which each derived key also depends on the installation */
export function bindToInstallation(
  keys: MasterKeys,
  { environment, issuer }: Installation,
): InstallationKeys {
  // No part contains a space, so that no two of these texts are equal. A URL writes a space as %20.
  const uses = new Map<Purpose, string>()
  const useOf = (purpose: Purpose): string => {
    const known = uses.get(purpose)
    if (known !== undefined) return known
    const parts = SURVIVES_NEW_ISSUER.has(purpose) ? [environment] : [environment, issuer]
    const use = [purpose, ...parts].join(' ')
    uses.set(purpose, use)
    return use
  }
  return {
    get version() {
      return keys.version
    },
    derive: (version, purpose, hour) => keys.derive(version, useOf(purpose), hour),
  }
}
