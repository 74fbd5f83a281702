/**
 * @module The endpoint of the signature diagnostics.
 */
import type { Endpoint } from '../endpoint.ts'

export const EXPLAIN_ENDPOINT = {
  path: '/signature-diagnostics',
  methods: ['POST'],
  client: 'developer',
  sheddingClass: 'token',
  errorFormat: 'json',
} as const satisfies Endpoint
