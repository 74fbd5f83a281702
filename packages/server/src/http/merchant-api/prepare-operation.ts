/**
 * @module `prepare`: a link at which a user authorizes a mini program outside of it.
 * @see [Prepare](../../../../../docs/merchant-api.md#prepare)
 */
import { parseScopes } from '@assent/protocol'
import { prepareAuthRequest } from '../../engine/consent/prepare.ts'
import { AssentError } from '../../engine/errors.ts'
import { requireFirst } from '../../engine/once.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { WalletPage } from '../authorization-response.ts'
import { invalidParameter } from '../request-schema.ts'
import type { Operations } from './call.ts'
import { toPrepareReply } from './replies.ts'

/** The page on which users decide a prepared request; `undefined` if no such wallet has an `authorizeUrl`. */
export type PreparedPage = (customerBelongsTo: string | undefined) => WalletPage | undefined

export function createPrepareOperation(
  ports: Ports,
  preparedPage: PreparedPage,
): Pick<Operations, 'prepare'> {
  return {
    async prepare({ client, dialect, request, once, now }) {
      const { appId, authRedirectUrl, authState, customerBelongsTo } = request
      const scopes = parseScopes(request.scopes ?? request.scope)
      if (!scopes) throw invalidParameter('scopes')
      const page = preparedPage(customerBelongsTo)
      const authRequest = await prepareAuthRequest(
        ports,
        {
          client,
          scopes,
          appId,
          walletId: page?.walletId,
          redirectUri: authRedirectUrl,
          state: authState,
        },
        now,
      )
      if (!page) throw new AssentError('NO_AUTHORIZE_URL')
      await requireFirst(ports, once())
      const url = toPageUrl(page, authRequest)
      const authId = ports.hasher.sha256(authRequest)
      return toPrepareReply({ url, authId, clientId: client.clientId }, dialect)
    },
  }
}

function toPageUrl({ authorizeUrl }: WalletPage, authRequest: string): string {
  const url = new URL(authorizeUrl)
  url.searchParams.set('authRequest', authRequest)
  return url.href
}
