/**
 * @module The name that an OAuth client gives itself. It follows the rules of all texts that users read, and is not that of somebody
 * else.
 */
import type { Registry } from '../registry.ts'
import { problemOfText } from '../texts/display-text.ts'
import { looksAlike } from '../texts/look-alikes.ts'

const MAX_CHARACTERS = 80

/**
 * @param appId the mini program that the client acts for. It may have the name of this mini program and of its merchant
 * @returns a predicate whose subject is the name, or `undefined`
 */
export async function problemOfClientName(
  registry: Pick<Registry, 'wallets' | 'findMiniProgram' | 'listNamesLike'>,
  appId: string,
  name: string,
): Promise<string | undefined> {
  const problem = problemOfText(name, MAX_CHARACTERS)
  if (problem !== undefined) return problem
  const owner = (await registry.findMiniProgram(appId))?.clientId
  const wallets = [...registry.wallets.values()].filter((one) => looksAlike(one.name, name))
  const merchants = await registry.listNamesLike(name)
  const [other] = [...wallets, ...merchants.filter(({ clientId }) => clientId !== owner)]
  return other && `looks like ${other.name}, the name of somebody else: choose another one`
}
