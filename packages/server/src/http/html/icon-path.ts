/**
 * @module The icons of mini programs on the pages. The content security policy allows only those that this server serves.
 */
import type { MiniProgram } from '../../engine/registry.ts'

/** @returns the path of the icon on this server; `undefined` when the mini program has none, or one of another server */
export function iconPathOf(
  issuer: string,
  { appId, icon }: Pick<MiniProgram, 'appId' | 'icon'>,
): string | undefined {
  const path = `/consent/icons/${appId}`
  return icon === `${issuer}${path}` ? path : undefined
}
