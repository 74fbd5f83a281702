/**
 * @module The endpoint of signature diagnostics.
 */
import type { Endpoint } from '../endpoint.ts'

export const SIGNATURE_DIAGNOSTICS_ENDPOINT = {
  path: '/signature-diagnostics',
  methods: ['POST'],
  client: 'developer',
  sheddingClass: 'token',
  errorFormat: 'json',
} as const satisfies Endpoint
