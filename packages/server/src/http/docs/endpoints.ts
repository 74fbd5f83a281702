/**
 * @module The endpoints of the documentation.
 */
import type { Endpoint } from '../endpoint.ts'

const PAGE = {
  methods: ['GET'],
  sheddingClass: 'token',
} as const satisfies Omit<Endpoint, 'path'>

export const DOCS_ENDPOINTS = {
  index: { ...PAGE, path: '/docs' },
  apis: { ...PAGE, path: '/docs/apis' },
  contract: { ...PAGE, path: '/docs/contracts/:file' },
  page: { ...PAGE, path: '/docs/*' },
} as const satisfies Record<string, Endpoint>
