/**
 * @module The client credentials grant of a service account: a token for the admin API.
 * @see docs/administrators.md#service-accounts, [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.4)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  adminScopesOf,
  findServiceAccount,
  isServiceAccountId,
  toOAuthClient,
} from '../../../engine/admin/service-accounts.ts'
import { assertedClientId, authenticateCaller } from '../client-authentication.ts'
import { type OAuthOptions, requireGrantType, requireOrigin } from '../context.ts'
import { bodyOf, readForm, readScopes } from '../form-parameters.ts'
import { readResources } from '../rfc8707-resources.ts'
import { readDpopProof } from '../rfc9449-dpop.ts'
import { issueClientToken } from './rfc6749-client-credentials.ts'
import type { TokenResponse } from './token-response.ts'

/** Whether a request says that a service account has sent it. Nothing is proven yet. */
export function isServiceAccountRequest(request: FastifyRequest): boolean {
  const clientId = assertedClientId(readForm(bodyOf(request)))
  return clientId !== undefined && isServiceAccountId(clientId)
}

/** @throws {OAuthError} `invalid_client`, `unauthorized_client` @throws {AssentError} `SCOPE_EXCEEDED` */
export async function grantServiceAccount(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<TokenResponse> {
  const { ports, issuer, clock } = options
  const form = readForm(bodyOf(request))
  const proof = await readDpopProof(options, request, reply)
  const caller = await authenticateCaller(options, request, form, {
    async find(clientId) {
      const account = await findServiceAccount(ports.store, clientId)
      return account && { client: toOAuthClient(account), account }
    },
    ownerOf: ({ client }) => `service account ${client.clientId}`,
  })
  const { client, account } = caller
  requireOrigin(request, caller)
  // The one grant that the account is registered for.
  requireGrantType(caller, form.require('grant_type') as 'client_credentials')
  const scope = form.get('scope')
  const resources = readResources(form, client, issuer, undefined)
  const tokenRequest = {
    client,
    ...(proof && { jkt: proof.jkt, proof: proof.once }),
    ...(scope !== undefined && { scopes: readScopes(scope) }),
    ...(resources && { resources }),
  }
  return issueClientToken(options, { tokenRequest, now: clock() }, adminScopesOf(account.document))
}
