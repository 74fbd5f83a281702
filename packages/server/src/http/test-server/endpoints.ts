/**
 * @module The endpoints of the test server.
 */
import type { Endpoint } from '../endpoint.ts'

const CONTROL = {
  methods: ['POST'],
  sheddingClass: 'token',
} as const satisfies Omit<Endpoint, 'path'>

export const TEST_SERVER_ENDPOINTS = {
  overview: { ...CONTROL, path: '/test-server', methods: ['GET'] },
  time: { ...CONTROL, path: '/test-server/time' },
  fail: { ...CONTROL, path: '/test-server/fail' },
  code: { ...CONTROL, path: '/test-server/code' },
  forget: { ...CONTROL, path: '/test-server/forget' },
} as const satisfies Record<string, Endpoint>
