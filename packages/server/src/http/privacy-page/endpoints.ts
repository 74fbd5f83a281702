/**
 * @module The endpoints of the privacy page.
 */
import type { Endpoint } from '../endpoint.ts'

const PAGE = {
  methods: ['GET'],
  sheddingClass: 'token',
} as const satisfies Omit<Endpoint, 'path'>

export const PRIVACY_PAGE_ENDPOINTS = {
  open: { ...PAGE, path: '/privacy/open/:link' },
  list: { ...PAGE, path: '/privacy' },
  app: { ...PAGE, path: '/privacy/apps/:appId' },
  withdraw: { ...PAGE, path: '/privacy/apps/:appId/stop', methods: ['POST'] },
  resetDenials: { ...PAGE, path: '/privacy/apps/:appId/ask', methods: ['POST'] },
  receipt: { ...PAGE, path: '/privacy/receipts/:receiptId' },
  receiptFile: { ...PAGE, path: '/privacy/receipts/:receiptId/file' },
  export: { ...PAGE, path: '/privacy/export' },
} as const satisfies Record<string, Endpoint>
