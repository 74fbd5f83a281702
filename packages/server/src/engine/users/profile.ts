/**
 * @module The profile of a user, reduced to the fields that the granted scopes permit.
 * @see docs/merchant-api.md#inquiryuserinfo
 */
import {
  type ContactInfo,
  formatTime,
  type LoginIdInfo,
  type OpenUserInfo,
  type UserField,
  type UserInfo,
} from '@assent/protocol'
import { USER_INFO_API } from '../apis/scope-api-table.ts'
import { AssentError, insufficientScope } from '../errors.ts'
import { hasScope, permittedFields } from '../grant.ts'
import { countryName } from '../locales/country-name.ts'
import type { Hasher } from '../ports/crypto.ts'
import type { DirectoryUser, LoginId } from '../ports/directory.ts'
import type { Ports } from '../ports/ports.ts'
import type { UserRef } from '../records.ts'
import type { Registry } from '../registry.ts'
import type { CheckedAccessToken } from '../tokens/check.ts'
import { findAccount, findActiveUser } from './find-user.ts'
import { maskDate, maskEmail, maskPhone, maskWords } from './masking.ts'

/**
 * The scope that permits `getOpenUserInfo`.
 * @see docs/mini-programs.md#other-calls
 */
export const OPEN_USER_INFO_SCOPE = 'auth_user'
const OPEN_USER_INFO_FIELDS = ['avatar', 'gender', 'nationality', 'nickName']

export type Profile = {
  readonly userInfo: UserInfo
  /** The masked login id. */
  readonly userLoginId?: string
  /** The hashed login id, for AMS clients. */
  readonly hashUserLoginId?: string
  /** Whether the wallet has checked the plain contacts in `userInfo`. Absent beside a masked contact, and without one. */
  readonly verified: { readonly mobilePhone?: boolean; readonly email?: boolean }
}

/**
 * Reads the data of a user that a checked token permits, and records the access.
 * @throws {AssentError} `SCOPE_INSUFFICIENT` naming the scopes that would suffice, `USER_UNAVAILABLE`, `ACCESS_TOKEN_INVALID`
 * when the user no longer exists in the wallet's directory, or the account is closed
 */
export async function readProfile(
  ports: Pick<Ports, 'registry' | 'store' | 'receipts' | 'directory' | 'hasher' | 'accessLog'>,
  { grant, scopes }: Pick<CheckedAccessToken, 'grant' | 'scopes'>,
  now: number,
): Promise<Profile> {
  if (!permitsUserInfo(ports.registry, scopes)) {
    const sufficient = [...ports.registry.scopes.values()]
      .filter(isUserInfoScope)
      .map((entry) => entry.scope)
    const approved = (await ports.registry.findMiniProgram(grant.appId))?.scopes
    const missingScopes = sufficient.filter((scope) => approved?.has(scope))
    throw insufficientScope(missingScopes)
  }
  const fields = permittedFields(ports.registry, grant, scopes)
  const recordAccess = (): void =>
    ports.accessLog.record({
      grantId: grant.grantId,
      api: USER_INFO_API,
      fields: ['userId', ...fields],
    })
  if (fields.length === 0) {
    recordAccess()
    return { userInfo: { userId: grant.subject }, verified: {} }
  }
  const user = await findAccount(ports, grant.user, now)
  if (!user) throw new AssentError('ACCESS_TOKEN_INVALID')
  recordAccess()
  return profileOf(user, fields, { subject: grant.subject, hasher: ports.hasher, now })
}

/** Whether these scopes permit user info at all: an implicit scope permits the user id, other scopes their fields. */
export function permitsUserInfo(registry: Registry, scopes: readonly string[]): boolean {
  return scopes.some((scope) => {
    const entry = registry.scopes.get(scope)
    return entry !== undefined && isUserInfoScope(entry)
  })
}

function isUserInfoScope(entry: {
  readonly implicit: boolean
  readonly fields: readonly string[]
}): boolean {
  return entry.implicit || entry.fields.length > 0
}

/** Converts a user into a profile with the permitted fields. Fields that the directory does not have are left out. */
export function profileOf(
  user: DirectoryUser,
  fields: readonly UserField[],
  { subject, hasher, now }: { subject: string; hasher: Hasher; now: number },
): Profile {
  const permits = (field: UserField): boolean => fields.includes(field)
  const plain = (
    [
      'status',
      'nickName',
      'userName',
      'avatar',
      'gender',
      'birthDate',
      'nationality',
      'address',
    ] as const
  ).filter((field) => permits(field) && user[field] !== undefined)
  const extendInfo = extendInfoOf(user, permits, now)
  const loginIds = loginIdsOf(user)
  const loginIdInfos = loginIds.flatMap((loginId) => loginIdInfo(loginId, permits, hasher))
  const contactInfos = loginIds.flatMap((loginId) => contactInfo(loginId, permits))
  const [first] = loginIds
  return {
    userInfo: {
      userId: subject,
      ...pick(user, plain),
      ...(loginIdInfos.length > 0 && { loginIdInfos }),
      ...(contactInfos.length > 0 && { contactInfos }),
      ...(Object.keys(extendInfo).length > 0 && { extendInfo }),
    },
    ...(first && permits('loginId.masked') && { userLoginId: mask(first) }),
    ...(first &&
      permits('loginId.hash') && {
        hashUserLoginId: hasher.hashUserLoginId(hashedSpelling(first)),
      }),
    verified: {
      ...(user.mobilePhone &&
        permits('mobilePhone.plain') && { mobilePhone: user.mobilePhoneVerified ?? false }),
      ...(user.email && permits('email.plain') && { email: user.emailVerified ?? false }),
    },
  }
}

function extendInfoOf(
  { shippingAddress, kycStatus, city, relayPhone, relayEmail, birthDate }: DirectoryUser,
  permits: (field: UserField) => boolean,
  now: number,
): NonNullable<UserInfo['extendInfo']> {
  const isOver18 = birthDate === undefined ? undefined : isOfAge(birthDate, now)
  return {
    ...(permits('shippingAddress') && shippingAddress !== undefined && { shippingAddress }),
    ...(permits('kycStatus') && kycStatus !== undefined && { kycStatus }),
    ...(permits('age.over18') && isOver18 !== undefined && { isOver18 }),
    ...(permits('address.city') && city !== undefined && { city }),
    ...(permits('mobilePhone.relay') && relayPhone !== undefined && { relayPhone }),
    ...(permits('email.relay') && relayEmail !== undefined && { relayEmail }),
  }
}

const ADULT_YEARS = 18
/** A day begins last in the time zone UTC−12. */
const LAST_TIME_ZONE_SECONDS = 12 * 3600

/**
 * Whether a person is of age: from the 18th birthday on, once that day has begun everywhere on Earth. Who was born on February
 * 29 is of age from March 1 of a year without that day.
 * @param birthDate `yyyy-mm-dd`
 */
export function isOfAge(birthDate: string, now: number): boolean {
  const today = formatTime(now - LAST_TIME_ZONE_SECONDS).slice(0, 10)
  const eighteenth = `${Number(birthDate.slice(0, 4)) + ADULT_YEARS}${birthDate.slice(4)}`
  return eighteenth <= today
}

function loginIdsOf({ mobilePhone, email }: DirectoryUser): readonly LoginId[] {
  return [
    ...(mobilePhone ? [{ type: 'MOBILE_PHONE', value: mobilePhone } as const] : []),
    ...(email ? [{ type: 'EMAIL', value: email } as const] : []),
  ]
}

function loginIdInfo(
  loginId: LoginId,
  permits: (field: UserField) => boolean,
  hasher: Hasher,
): readonly LoginIdInfo[] {
  const permitted = {
    ...(permits('loginId.plain') && { loginId: loginId.value }),
    ...(permits('loginId.hash') && { hashLoginId: hasher.hashLoginId(hashedSpelling(loginId)) }),
    ...(permits('loginId.masked') && { maskLoginId: mask(loginId) }),
  }
  return Object.keys(permitted).length > 0 ? [{ loginIdType: loginId.type, ...permitted }] : []
}

function contactInfo(
  loginId: LoginId,
  permits: (field: UserField) => boolean,
): readonly ContactInfo[] {
  const field = loginId.type === 'MOBILE_PHONE' ? 'mobilePhone' : 'email'
  if (permits(`${field}.plain`)) return [{ contactType: loginId.type, contactNo: loginId.value }]
  if (permits(`${field}.masked`)) return [{ contactType: loginId.type, contactNo: mask(loginId) }]
  return []
}

/**
 * The spelling that is hashed. A phone number is in E.164 already. The case of an email address means nothing to its owner.
 * @see docs/merchant-api.md#hashed-login-ids
 */
function hashedSpelling({ value }: LoginId): string {
  return value.normalize('NFC').toLowerCase()
}

function mask({ type, value }: LoginId): string {
  return type === 'EMAIL' ? maskEmail(value) : maskPhone(value)
}

function pick<T extends object, K extends keyof T>(source: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, source[name]])) as Pick<T, K>
}

/**
 * Lists the user's own values for the prompt. They are masked, because bystanders may see the screen. Unknown values are left
 * out. A login id is every phone number and email address that the merchant gets.
 */
export function previewOf(
  user: DirectoryUser,
  fields: readonly string[],
  locale: string,
): readonly string[] {
  const loginIds = loginIdsOf(user).map(mask)
  const values: Readonly<Record<UserField, string | readonly string[] | undefined>> = {
    status: undefined,
    nickName: user.nickName,
    userName: user.userName?.fullName && maskWords(user.userName.fullName),
    avatar: undefined,
    gender: undefined,
    birthDate: user.birthDate && maskDate(user.birthDate),
    'age.over18': undefined,
    nationality: user.nationality && countryName(locale, user.nationality),
    'loginId.masked': loginIds,
    'loginId.hash': undefined,
    'loginId.plain': loginIds,
    'mobilePhone.masked': user.mobilePhone && maskPhone(user.mobilePhone),
    'mobilePhone.plain': user.mobilePhone && maskPhone(user.mobilePhone),
    'mobilePhone.relay': user.relayPhone,
    'email.masked': user.email && maskEmail(user.email),
    'email.plain': user.email && maskEmail(user.email),
    'email.relay': user.relayEmail,
    address: user.address && maskWords(user.address),
    'address.city': user.city,
    shippingAddress: user.shippingAddress && maskWords(user.shippingAddress),
    kycStatus: undefined,
  }
  const shown = Object.entries(values).filter(([field]) => fields.includes(field))
  return [...new Set(shown.flatMap(([, value]) => value ?? []))]
}

/**
 * Reads the reply of `my.getOpenUserInfo`, which needs the scope `auth_user`.
 * @throws {AssentError} `SCOPE_INSUFFICIENT`, `USER_UNKNOWN`, `USER_NOT_ACTIVE`, `USER_UNAVAILABLE`
 */
export async function readOpenUserInfo(
  ports: Pick<Ports, 'registry' | 'store' | 'receipts' | 'directory' | 'accessLog'>,
  input: { readonly user: UserRef; readonly appId: string },
  now: number,
): Promise<OpenUserInfo> {
  const grant = await ports.store.findGrant(input.user, input.appId)
  if (!hasScope(grant, OPEN_USER_INFO_SCOPE, now)) {
    throw insufficientScope([OPEN_USER_INFO_SCOPE])
  }
  const user = await findActiveUser(ports, input.user, now)
  ports.accessLog.record({
    grantId: grant.grantId,
    api: 'getOpenUserInfo',
    fields: OPEN_USER_INFO_FIELDS,
  })
  const genders = { MALE: 'm', FEMALE: 'f', UNKNOWN: '' } as const
  return {
    code: '10000',
    msg: 'Success',
    avatar: user.avatar ?? '',
    nickName: user.nickName ?? '',
    gender: genders[user.gender ?? 'UNKNOWN'],
    countryCode: user.nationality ?? '',
    province: '',
    city: '',
  }
}
