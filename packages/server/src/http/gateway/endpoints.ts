/**
 * @module The gateway has every path that no other interface has. A call with a token alone gets its errors as JSON.
 */
import type { Endpoint } from '../endpoint.ts'

export const GATEWAY_ENDPOINT = {
  path: '/*',
  methods: 'all',
  client: 'merchant',
  sheddingClass: 'token',
  errorFormat: 'signed',
} as const satisfies Endpoint
