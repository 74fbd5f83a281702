/**
 * @module Checks of the lifetimes of tokens.
 */
import type { Sections } from '../sections.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

export function checkTokenLifetimes({
  value,
  addIssue,
}: YamlFile<Sections>): readonly ConfigIssue[] {
  return value.clients.flatMap((client, index) => {
    const { refreshTokenLifetimeSeconds: refresh, accessTokenLifetimeSeconds: access = 0 } = client
    if (refresh === undefined || refresh >= access) return []
    return [
      addIssue(
        ['clients', index, 'refreshTokenLifetimeSeconds'],
        `must be at least accessTokenLifetimeSeconds, which is ${access}`,
      ),
    ]
  })
}
