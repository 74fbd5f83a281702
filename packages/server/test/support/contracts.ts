/**
 * @module Compares the replies of the signed APIs with their contracts. The test client does so with every reply, so that each test of these
 * APIs holds the contracts, too.
 */
import { merchantApiContract } from '../../src/contracts/signed-apis/merchant-api.ts'
import { walletApiContract } from '../../src/contracts/signed-apis/wallet-api.ts'
import { createReplyCheck } from './openapi.ts'

const ISSUER = 'https://auth.example'

type Check = { readonly paths: object; readonly check: ReturnType<typeof createReplyCheck> }

let checks: readonly Check[] | undefined

/** @returns the contracts, built once @throws {Error} when a contract has another format */
function listChecks(): readonly Check[] {
  checks ??= [merchantApiContract(ISSUER), walletApiContract(ISSUER)].map((document) => ({
    paths: document['paths'] as object,
    check: createReplyCheck(document, { isClosed: true }),
  }))
  return checks
}

/**
 * Paths that no contract has belong to the gateway, and are not checked.
 * @throws {Error} when the contract does not describe the reply
 */
export function requireContract(path: string, body: unknown): void {
  const found = listChecks().find(({ paths }) => path in paths)
  const headers = new Headers({ 'content-type': 'application/json' })
  const problems = found?.check(path, 'POST', { status: 200, headers, body }) ?? []
  if (problems.length > 0)
    throw new Error(
      `The contract does not describe this reply. ${problems.join(' ')} ${JSON.stringify(body)}`,
    )
}
