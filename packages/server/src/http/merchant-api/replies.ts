/**
 * @module Replies in the names and types of a dialect: the clients of each wallet family read their own.
 * @see [Dialects](../../../../../docs/merchant-api.md#dialects)
 */
import type { Dialect, MerchantApiReplies, UserInfo, WireUserInfo } from '@assent/protocol'
import type { Profile } from '../../engine/users/profile.ts'

/** `extendInfo` is a text of JSON, because the family declares it so: a typed client fails on an object. */
export function toWireUserInfo(
  { birthDate, extendInfo, address, ...userInfo }: UserInfo,
  { birthDateNames }: Dialect,
): WireUserInfo {
  const birthDates = birthDateNames.map((name) => [name, birthDate])
  return {
    ...userInfo,
    ...(birthDate !== undefined && Object.fromEntries(birthDates)),
    ...(address !== undefined && { address, userAddresses: [{ address1: address }] }),
    ...(extendInfo && { extendInfo: JSON.stringify(extendInfo) }),
  }
}

export function topLevelLoginId(
  { userLoginId, hashUserLoginId }: Profile,
  { loginIdAtTopLevel }: Dialect,
): Pick<Profile, 'userLoginId' | 'hashUserLoginId'> {
  if (!loginIdAtTopLevel) return {}
  return {
    ...(userLoginId !== undefined && { userLoginId }),
    ...(hashUserLoginId !== undefined && { hashUserLoginId }),
  }
}

/** @param authId identifies the prepared request */
export function toPrepareReply(
  { url, authId, clientId }: { url: string; authId: string; clientId: string },
  { authUrlNames, authIdInPrepare }: Dialect,
): MerchantApiReplies['prepare'] {
  const aliases = Object.fromEntries(authUrlNames.map((name) => [name, url]))
  return { authUrl: url, ...aliases, ...(authIdInPrepare && { authId, authClientId: clientId }) }
}
