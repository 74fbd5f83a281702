/**
 * @module Checks of the OAuth clients in assent.yaml. Clients that register themselves pass the same rules.
 */

import { isServiceAccountId } from '../../engine/admin/service-accounts.ts'
import { isAppScheme, problemsOfClient } from '../../engine/oauth-clients/client-rules.ts'
import { REGISTERED_PREFIX } from '../../engine/oauth-clients/clients.ts'
import type { OAuthClient } from '../../engine/registry.ts'
import { toOAuthClient } from '../oauth-clients.ts'
import type { Config } from '../schema.ts'
import type { ClientEntry, NodeSettings, OAuthClientEntry, Sections } from '../sections.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

/** A message continues the path of the member as a sentence. */
type Rule = readonly [isViolated: boolean, member: keyof OAuthClientEntry, message: string]

/** Options of the authorization server that depend on the rest of the file. */
export function checkOAuthServer({ value, addIssue }: YamlFile<Config>): readonly ConfigIssue[] {
  const {
    redirectSchemes = [],
    openRegistrationAppId: appId,
    dynamicRegistration,
  } = value.oauth ?? {}
  const apps = value.clients.flatMap(({ miniPrograms }) => miniPrograms)
  return [
    ...redirectSchemes.flatMap((scheme, index) =>
      isAppScheme(scheme)
        ? []
        : [
            addIssue(
              ['oauth', 'redirectSchemes', index],
              `must be the scheme of an app, such as vscode, but is ${scheme}`,
            ),
          ],
    ),
    ...(appId === undefined || (dynamicRegistration && apps.some((one) => one.appId === appId))
      ? []
      : [
          addIssue(
            ['oauth', 'openRegistrationAppId'],
            `must be the appId of a mini program, with dynamicRegistration: true, but is ${appId}`,
          ),
        ]),
  ]
}

/** The rules that depend on the client and the node only. */
export function checkOAuthClients(
  file: YamlFile<Sections>,
  node: NodeSettings,
): readonly ConfigIssue[] {
  const seen = new Set<string>()
  const rules = {
    isDevelopment: node.notifications?.allowPrivateAddresses,
    redirectSchemes: node.oauth?.redirectSchemes,
  }
  return file.value.clients.flatMap(({ oauth = [] }, client) =>
    oauth.flatMap((declared, index) => {
      const path = ['clients', client, 'oauth', index]
      const isDuplicate = seen.has(declared.clientId)
      seen.add(declared.clientId)
      return [
        ...issuesOf(file, path, rulesOf(declared, isDuplicate, node)),
        ...problemsOfClient(toOAuthClient(declared), rules).map((one) =>
          file.addIssue([...path, memberInFile(one.member)], one.problem),
        ),
      ]
    }),
  )
}

/** The rules for which the file must have all mini programs and wallets. */
export function checkTargetsOfOAuthClients(file: YamlFile<Sections>): readonly ConfigIssue[] {
  return file.value.clients.flatMap((merchant, client) =>
    (merchant.oauth ?? []).flatMap((declared, index) =>
      issuesOf(
        file,
        ['clients', client, 'oauth', index],
        targetRulesOf(declared, merchant, file.value),
      ),
    ),
  )
}

function issuesOf(
  { addIssue }: YamlFile<Sections>,
  path: readonly (string | number)[],
  rules: readonly Rule[],
): readonly ConfigIssue[] {
  return rules
    .filter(([isViolated]) => isViolated)
    .map(([, member, message]) => addIssue([...path, member], message))
}

/** The engine groups the members of client authentication; the file names them separately. */
function memberInFile(member: keyof OAuthClient): string {
  return member === 'tokenEndpointAuth' ? 'tokenEndpointAuthMethod' : member
}

function rulesOf(
  { clientId, tokenEndpointAuthMethod }: OAuthClientEntry,
  isDuplicate: boolean,
  { oauth }: NodeSettings,
): readonly Rule[] {
  return [
    [isDuplicate, 'clientId', `must be unique, but ${clientId} appears more than once`],
    [
      clientId.startsWith(REGISTERED_PREFIX),
      'clientId',
      `must not start with ${REGISTERED_PREFIX}, which is reserved for clients that register themselves`,
    ],
    [
      isServiceAccountId(clientId),
      'clientId',
      'must not start with sa_, which is reserved for service accounts',
    ],
    [
      tokenEndpointAuthMethod === 'tls_client_auth' && oauth?.clientCertificateHeader === undefined,
      'tokenEndpointAuthMethod',
      'needs oauth/clientCertificateHeader for tls_client_auth',
    ],
  ]
}

function targetRulesOf(
  { appId, walletId }: OAuthClientEntry,
  { miniPrograms }: ClientEntry,
  { wallets }: Sections,
): readonly Rule[] {
  return [
    [
      !miniPrograms.some((one) => one.appId === appId),
      'appId',
      `must be the appId of a mini program of this client, but is ${appId}`,
    ],
    [
      walletId !== undefined && !wallets.some((one) => one.walletId === walletId),
      'walletId',
      `must be the walletId of one of wallets, but is ${walletId}`,
    ],
  ]
}
