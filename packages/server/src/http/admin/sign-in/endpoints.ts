/**
 * @module The endpoints with which administrators sign in.
 */
import type { Endpoint } from '../../endpoint.ts'

const PAGE = { methods: ['GET'], sheddingClass: 'token' } as const satisfies Omit<Endpoint, 'path'>
const CALL = { methods: ['POST'], sheddingClass: 'token' } as const satisfies Omit<Endpoint, 'path'>

export const ADMIN_SIGN_IN_ENDPOINTS = {
  home: { ...PAGE, path: '/admin' },
  session: { ...PAGE, path: '/admin/session' },
  signIn: { ...PAGE, path: '/admin/sign-in' },
  signOut: { ...CALL, path: '/admin/sign-out' },
  oidc: { ...PAGE, path: '/admin/sign-in/oidc' },
  oidcCallback: { ...PAGE, path: '/admin/sign-in/callback' },
  passkeyOptions: { ...CALL, path: '/admin/sign-in/passkey/options' },
  passkey: { ...CALL, path: '/admin/sign-in/passkey' },
  invitation: { path: '/admin/invitation', methods: ['GET', 'POST'], sheddingClass: 'token' },
  invitationOptions: { ...CALL, path: '/admin/invitation/options' },
} as const satisfies Record<string, Endpoint>

/** The link of an invitation. Browsers send what follows `#` to no server. */
export function invitationLink(issuer: string, token: string): string {
  return `${issuer}${ADMIN_SIGN_IN_ENDPOINTS.invitation.path}#${token}`
}
