/**
 * @module The endpoints of the merchant API: every path of every dialect.
 */
import { ROUTES } from '@assent/protocol'
import type { Endpoint } from '../endpoint.ts'

export const MERCHANT_API_ENDPOINTS: readonly Endpoint[] = [...ROUTES].map(
  ([path, { operation }]) => ({
    path,
    methods: ['POST'],
    callerProof: 'signature',
    sheddingClass: operation === 'cancelToken' ? 'withdrawal' : 'token',
  }),
)
