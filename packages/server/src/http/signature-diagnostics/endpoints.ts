/**
 * @module The endpoint of signature diagnostics.
 */
import type { Endpoint } from '../endpoint.ts'

export const SIGNATURE_DIAGNOSTICS_ENDPOINT = {
  path: '/signature-diagnostics',
  methods: ['POST'],
  sheddingClass: 'token',
} as const satisfies Endpoint
