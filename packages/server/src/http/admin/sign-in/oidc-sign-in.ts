/**
 * @module The steps of a sign-in at the platform's identity provider.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AdminError } from '../../../engine/admin/admin-error.ts'
import { admitOidcMember } from '../../../engine/admin/oidc-members.ts'
import type { AdminOptions } from '../options.ts'
import { beginSignIn, endBegun, readBegun, signIn } from './begun.ts'
import type { OidcProvider } from './oidc.ts'

/** @returns the page of the identity provider */
export async function beginOidcSignIn(
  options: AdminOptions,
  provider: OidcProvider,
  reply: FastifyReply,
): Promise<string> {
  const { url, begun } = await provider.begin()
  beginSignIn(options, reply, begun)
  return url
}

/** @throws {AdminError} */
export async function finishOidcSignIn(
  options: AdminOptions,
  provider: OidcProvider,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const begun = readBegun(options, request, 'oidc')
  const query = request.url.slice(request.routeOptions.url?.length)
  const login = await provider.finish(query, begun).catch((cause: unknown) => {
    request.log.warn({ err: cause }, 'The sign-in at the identity provider failed.')
    throw new AdminError('invalid', 'The sign-in at your identity provider failed. Try again.', {
      cause,
    })
  })
  await endBegun(options, begun.state, begun)
  const member = await admitOidcMember(options.ports, login, provider.roles, options.clock())
  await signIn(options, request, reply, member)
}
