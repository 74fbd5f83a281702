/**
 * @module Converts the document of a mini program to the one of the engine.
 */
import { createHash } from 'node:crypto'
import type { MiniProgram, Purpose } from '../../engine/registry.ts'
import type { TesterNames } from '../../engine/store/testers.ts'
import { imageIdOf } from '../records/image.ts'
import type { MiniProgramDocument } from '../records/mini-program.ts'
import { definedOf } from './defined-members.ts'

export function toMiniProgram(
  miniProgram: MiniProgramDocument,
  issuer: string,
  { testerOf }: TesterNames,
): MiniProgram {
  const testers = new Set(miniProgram.testers)
  return {
    appId: miniProgram.appId,
    clientId: miniProgram.clientId,
    name: miniProgram.name,
    icon: iconUrlOf(miniProgram, issuer),
    domains: miniProgram.domains,
    scopes: new Set(miniProgram.scopes),
    active: miniProgram.state !== 'SUSPENDED',
    verified: miniProgram.verified ?? false,
    isTester: (user) => testers.has(testerOf(user)),
    purposes: Object.fromEntries(
      Object.entries(miniProgram.purposes ?? {}).map(([scope, texts]) => [scope, toPurpose(texts)]),
    ),
    recipients: miniProgram.recipients ?? [],
    ...definedOf(miniProgram, ['policyUrl', 'termsUrl', 'retention', 'storageLocation']),
  }
}

/** The version is a hash of the English text, so that operators need not maintain version numbers. */
function toPurpose(texts: Readonly<Record<string, string>>): Purpose {
  const version = createHash('sha256')
    .update(texts['en'] ?? '')
    .digest('base64url')
    .slice(0, 8)
  return { version, texts }
}

/** The URL of the icon for wallets; empty when the mini program has none. This server serves the images of the registry. */
function iconUrlOf({ appId, icon = '' }: MiniProgramDocument, issuer: string): string {
  return imageIdOf(icon) === undefined ? icon : `${issuer}/consent/icons/${appId}`
}
