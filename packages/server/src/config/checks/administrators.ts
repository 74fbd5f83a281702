/**
 * @module Checks of the sign-in of administrators: the address of the identity provider, and the credential of this server there.
 */
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config } from '../schema.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

const OIDC = ['administrators', 'oidc'] as const
const LOOPBACK = /^http:\/\/(localhost|127(\.\d+){3}|\[::1\])(:\d+)?(\/|$)/

export function checkAdministrators(
  { value, addIssue }: YamlFile<Config>,
  folder: string,
): readonly ConfigIssue[] {
  const oidc = value.administrators?.oidc
  if (!oidc) return []
  const { issuer, clientSecretFile, privateKeyFile } = oidc
  const issues: ConfigIssue[] = []
  if (!URL.canParse(issuer) || !(issuer.startsWith('https://') || LOOPBACK.test(issuer)))
    issues.push(
      addIssue(
        [...OIDC, 'issuer'],
        'must be an https URL; http is for 127.0.0.1, [::1] and localhost only',
      ),
    )
  if ((clientSecretFile === undefined) === (privateKeyFile === undefined))
    issues.push(addIssue(OIDC, 'must have either clientSecretFile or privateKeyFile'))
  const files = [
    ['clientSecretFile', clientSecretFile, hasSecret],
    ['privateKeyFile', privateKeyFile, hasPrivateKey],
  ] as const
  for (const [member, path, fits] of files)
    if (path !== undefined && !fits(resolve(folder, path)))
      issues.push(
        addIssue(
          [...OIDC, member],
          `must be a readable file with ${member === 'privateKeyFile' ? 'a private key as PEM' : 'a secret'}: ${resolve(folder, path)}`,
        ),
      )
  return issues
}

function hasSecret(path: string): boolean {
  return readText(path).trim() !== ''
}

function hasPrivateKey(path: string): boolean {
  try {
    createPrivateKey(readText(path))
    return true
  } catch {
    return false
  }
}

/** @returns an empty text for a file that cannot be read */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
