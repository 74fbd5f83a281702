/**
 * @module The schemas of the signed APIs have the types of `@assent/protocol`. The compiler compares them: `npm run check` fails where one has
 * a member that the other lacks, or another type.
 */
import type { MerchantApiReplies, Operation, WalletApi, WalletOperation } from '@assent/protocol'
import type { Static } from 'typebox'
import { expectTypeOf, it } from 'vitest'
import type { MERCHANT_API_REPLIES } from '../../src/http/merchant-api/reply-schemas.ts'
import type { WALLET_API_REPLIES } from '../../src/http/wallet-api/reply-schemas.ts'
import type { WalletApiRequests } from '../../src/http/wallet-api/requests.ts'

/** Without `readonly`, and without intersections. */
type Plain<T> = T extends readonly (infer E)[]
  ? Plain<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Plain<T[K]> }
    : T

it('replies of the merchant API', () => {
  type Schemas = { [O in Operation]: Plain<Static<(typeof MERCHANT_API_REPLIES)[O]>> }
  expectTypeOf<Schemas>().toEqualTypeOf<Plain<MerchantApiReplies>>()
})

it('replies and requests of the wallet API', () => {
  type Schemas = {
    [O in WalletOperation]: {
      request: Plain<WalletApiRequests[O]>
      reply: Plain<Static<(typeof WALLET_API_REPLIES)[O][number]>>
    }
  }
  expectTypeOf<Schemas>().toEqualTypeOf<Plain<WalletApi>>()
})
