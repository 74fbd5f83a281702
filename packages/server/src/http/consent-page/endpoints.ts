/**
 * @module The endpoints of the consent page. Under overload, users get an error page instead of an empty response.
 */
import type { Endpoint } from '../endpoint.ts'

const PAGE = {
  methods: ['GET'],
  sheddingClass: 'consent',
  shedReply: 'error-page',
} as const satisfies Omit<Endpoint, 'path'>

export const CONSENT_PAGE_ENDPOINTS = {
  prompt: { ...PAGE, path: '/consent/:id', methods: ['GET', 'POST'] },
  open: { ...PAGE, path: '/consent/:id/open', methods: ['POST'] },
  done: { ...PAGE, path: '/consent/:id/done' },
  icon: { ...PAGE, path: '/consent/icons/:appId' },
  logo: { ...PAGE, path: '/consent/logos/:walletId' },
} as const satisfies Record<string, Endpoint>
