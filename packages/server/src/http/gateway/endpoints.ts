/**
 * @module The endpoint of the gateway: every path that no other interface has.
 */
import type { Endpoint } from '../endpoint.ts'

export const GATEWAY_ENDPOINT = {
  path: '/*',
  methods: 'all',
  sheddingClass: 'token',
  callerProof: 'optional-signature',
} as const satisfies Endpoint
