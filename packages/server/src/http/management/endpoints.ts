/**
 * @module The endpoints of the management interface. Probes are exempt from load shedding. Metrics have a listener of their own.
 */
import type { Endpoint } from '../endpoint.ts'

const PROBE = {
  methods: ['GET'],
  sheddingClass: 'exempt',
} as const satisfies Omit<Endpoint, 'path'>

export const MANAGEMENT_ENDPOINTS = {
  health: { ...PROBE, path: '/healthz' },
  ready: { ...PROBE, path: '/readyz' },
  replyKeys: { ...PROBE, path: '/.well-known/assent/reply-keys', sheddingClass: 'token' },
  jwks: { ...PROBE, path: '/oauth2/jwks', sheddingClass: 'token' },
} as const satisfies Record<string, Endpoint>
