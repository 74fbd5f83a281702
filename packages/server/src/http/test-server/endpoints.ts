/**
 * @module The endpoints of the test server.
 */
import type { Endpoint } from '../endpoint.ts'

const CONTROL = {
  methods: ['POST'],
  client: 'developer',
  sheddingClass: 'token',
  errorFormat: 'json',
} as const satisfies Omit<Endpoint, 'path'>

export const LAB_ENDPOINTS = {
  overview: { ...CONTROL, path: '/lab', methods: ['GET'] },
  time: { ...CONTROL, path: '/lab/time' },
  fail: { ...CONTROL, path: '/lab/fail' },
  code: { ...CONTROL, path: '/lab/code' },
  forget: { ...CONTROL, path: '/lab/forget' },
} as const satisfies Record<string, Endpoint>
