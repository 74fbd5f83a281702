/**
 * @module The endpoints of the privacy page.
 */
import type { Endpoint } from '../endpoint.ts'

const PAGE = {
  methods: ['GET'],
  sheddingClass: 'token',
} as const satisfies Omit<Endpoint, 'path'>
const SESSION = { ...PAGE, callerProof: 'session' } as const

export const PRIVACY_PAGE_ENDPOINTS = {
  open: { ...PAGE, path: '/privacy/open/:link', methods: ['GET', 'POST'] },
  list: { ...SESSION, path: '/privacy' },
  app: { ...SESSION, path: '/privacy/apps/:appId' },
  withdraw: {
    ...SESSION,
    path: '/privacy/apps/:appId/stop',
    methods: ['POST'],
    sheddingClass: 'withdrawal',
  },
  resetDenials: { ...SESSION, path: '/privacy/apps/:appId/ask', methods: ['POST'] },
  receipt: { ...SESSION, path: '/privacy/receipts/:receiptId' },
  receiptFile: { ...SESSION, path: '/privacy/receipts/:receiptId/file' },
  export: { ...SESSION, path: '/privacy/export' },
} as const satisfies Record<string, Endpoint>
