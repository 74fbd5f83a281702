/**
 * @module The endpoint of the signature diagnostics.
 */
import type { Endpoint } from '../endpoint.ts'

export const EXPLAIN_ENDPOINT = {
  path: '/signature-diagnostics',
  methods: ['POST'],
  sheddingClass: 'token',
} as const satisfies Endpoint
