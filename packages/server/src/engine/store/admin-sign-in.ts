/**
 * @module The port to what administrators sign in with: their passkeys, and their sessions.
 */

/** A session of a signed-in member in one browser. */
export type AdminSession = {
  /** base64url SHA-256 of the id, which only the browser has. */
  readonly idHash: string
  readonly memberId: string
  /** Of the member's record at sign-in. A later version ends the session. */
  readonly memberVersion: number
  readonly createdAt: number
  readonly lastUsedAt: number
  /** The latest end, however much the session is used. */
  readonly expiresAt: number
}

/** A public key credential that a member has registered (WebAuthn Level 3 §4). */
export type AdminPasskey = {
  /** base64url */
  readonly credentialId: string
  readonly memberId: string
  /** The COSE public key, base64url. */
  readonly publicKey: string
  /** The signature counter of the last use. Passkeys that are synchronized have none: always 0. */
  readonly counter: number
  readonly createdAt: number
}

export interface AdminSignInStore {
  createAdminSession(session: AdminSession): Promise<void>
  /** @returns `undefined` when there is no such session, or its row is not genuine */
  readAdminSession(idHash: string): Promise<AdminSession | undefined>
  /** Sets `lastUsedAt`. A session that has ended stays ended. */
  touchAdminSession(session: AdminSession): Promise<void>
  dropAdminSession(idHash: string): Promise<void>
  /** @returns `false` when there is a passkey with this id, which then stays as it is */
  addAdminPasskey(passkey: AdminPasskey): Promise<boolean>
  readAdminPasskey(credentialId: string): Promise<AdminPasskey | undefined>
  /**
   * Sets the counter after a sign-in.
   * @param previous the counter that the sign-in was checked against
   * @returns `false` when another sign-in has changed it since
   */
  advanceAdminPasskey(passkey: AdminPasskey, previous: number): Promise<boolean>
}
