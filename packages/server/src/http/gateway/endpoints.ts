/**
 * @module The endpoint of the gateway: every path that no other interface has. Errors of unsigned calls are plain JSON.
 */
import type { Endpoint } from '../endpoint.ts'

export const GATEWAY_ENDPOINT = {
  path: '/*',
  methods: 'all',
  client: 'merchant',
  sheddingClass: 'token',
  errorFormat: 'signed',
} as const satisfies Endpoint
