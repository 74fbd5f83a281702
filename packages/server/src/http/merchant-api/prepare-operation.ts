/**
 * @module `prepare`: a link at which a user authorizes a mini program outside of it.
 * @see [Prepare](../../../../../docs/merchant-api.md#prepare)
 */
import { parseScopes } from '@assent/protocol'
import { prepareAuthRequest } from '../../engine/consent/prepare.ts'
import { AssentError } from '../../engine/errors.ts'
import { requireFirst } from '../../engine/once.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import { invalidParameter } from '../request-schema.ts'
import type { Operations } from './call.ts'
import { toPrepareReply } from './replies.ts'
import { prepareRequest } from './requests.ts'

/** The URL at which a user decides a prepared request; `undefined` if no such wallet has an `authorizeUrl`. */
export type AuthUrl = (
  authRequest: string,
  customerBelongsTo: string | undefined,
) => string | undefined

export function createPrepareOperation(
  ports: Ports,
  authUrl: AuthUrl,
): Pick<Operations, 'prepare'> {
  return {
    async prepare({ client, dialect, body, once, now }) {
      const { appId, authRedirectUrl, authState, customerBelongsTo, ...request } =
        prepareRequest(body)
      const scopes = parseScopes(request.scopes ?? request.scope)
      if (!scopes) throw invalidParameter('scopes')
      const authRequest = prepareAuthRequest(
        ports,
        { client, scopes, appId, redirectUri: authRedirectUrl, state: authState },
        now,
      )
      const url = authUrl(authRequest, customerBelongsTo)
      if (url === undefined) throw new AssentError('NO_AUTHORIZE_URL')
      await requireFirst(ports, once())
      const authId = ports.hasher.sha256(authRequest)
      return toPrepareReply({ url, authId, clientId: client.clientId }, dialect)
    },
  }
}
