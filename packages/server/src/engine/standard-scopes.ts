/**
 * @module The standard scopes of this platform family, with narrower alternatives to some of them. The registry starts with
 * these; an operator adds and overrides scopes in assent.yaml.
 * @see docs/consent.md#narrower-alternatives
 */

import type { UserField } from '@assent/protocol'
import { LOCALES, type Locale } from './consent/prompt.ts'
import { MESSAGES } from './locales/index.ts'
import { joinList } from './locales/list.ts'
import type { StandardScope } from './locales/messages.ts'
import type { ScopeEntry, ScopeText, Sensitivity } from './registry.ts'

type Row = Pick<ScopeEntry, 'sensitivity' | 'fields' | 'icon'> &
  Partial<Pick<ScopeEntry, 'implicit'>> & { readonly narrowerThan?: StandardScope }

const RECOGNIZE: Row = { implicit: true, sensitivity: 'basic', fields: [], icon: 'fingerprint' }
const PROFILE: Row = {
  sensitivity: 'basic',
  fields: ['status', 'nickName', 'avatar', 'gender', 'nationality'],
  icon: 'user',
}
const IDENTITY: Row = {
  sensitivity: 'restricted',
  fields: ['userName', 'birthDate', 'nationality', 'address', 'kycStatus'],
  icon: 'shield-check',
}

const ROWS: Readonly<Record<StandardScope, Row>> = {
  auth_base: RECOGNIZE,
  USER_ID: RECOGNIZE,
  BASE_USER_INFO: RECOGNIZE,
  auth_user: PROFILE,
  USER_INFO: PROFILE,
  USER_NICKNAME: { sensitivity: 'basic', fields: ['nickName'], icon: 'smile' },
  USER_NAME: { sensitivity: 'sensitive', fields: ['userName'], icon: 'id-card' },
  USER_AVATAR: { sensitivity: 'basic', fields: ['avatar'], icon: 'image' },
  USER_GENDER: { sensitivity: 'sensitive', fields: ['gender'], icon: 'user' },
  USER_BIRTHDAY: { sensitivity: 'sensitive', fields: ['birthDate'], icon: 'cake' },
  USER_AGE_OVER_18: {
    sensitivity: 'basic',
    fields: ['age.over18'],
    icon: 'cake',
    narrowerThan: 'USER_BIRTHDAY',
  },
  USER_NATIONALITY: { sensitivity: 'sensitive', fields: ['nationality'], icon: 'flag' },
  USER_LOGIN_ID: {
    sensitivity: 'basic',
    fields: ['loginId.masked'],
    icon: 'at-sign',
    narrowerThan: 'PLAINTEXT_USER_LOGIN_ID',
  },
  PLAINTEXT_USER_LOGIN_ID: { sensitivity: 'sensitive', fields: ['loginId.plain'], icon: 'at-sign' },
  HASH_LOGIN_ID: { sensitivity: 'basic', fields: ['loginId.hash'], icon: 'hash' },
  USER_CONTACTINFO: {
    sensitivity: 'sensitive',
    fields: ['mobilePhone.plain', 'email.plain'],
    icon: 'contact',
  },
  USER_MOBILE_PHONE: {
    sensitivity: 'basic',
    fields: ['mobilePhone.masked'],
    icon: 'phone',
    narrowerThan: 'PLAINTEXT_MOBILE_PHONE',
  },
  RELAY_MOBILE_PHONE: {
    sensitivity: 'basic',
    fields: ['mobilePhone.relay'],
    icon: 'phone',
    narrowerThan: 'PLAINTEXT_MOBILE_PHONE',
  },
  PLAINTEXT_MOBILE_PHONE: {
    sensitivity: 'sensitive',
    fields: ['mobilePhone.plain'],
    icon: 'phone',
  },
  USER_EMAIL: {
    sensitivity: 'basic',
    fields: ['email.masked'],
    icon: 'mail',
    narrowerThan: 'PLAINTEXT_EMAIL_ADDRESS',
  },
  RELAY_EMAIL: {
    sensitivity: 'basic',
    fields: ['email.relay'],
    icon: 'mail',
    narrowerThan: 'PLAINTEXT_EMAIL_ADDRESS',
  },
  PLAINTEXT_EMAIL_ADDRESS: { sensitivity: 'sensitive', fields: ['email.plain'], icon: 'mail' },
  USER_ADDRESS: { sensitivity: 'sensitive', fields: ['address'], icon: 'map-pin' },
  USER_CITY: {
    sensitivity: 'basic',
    fields: ['address.city'],
    icon: 'map-pin',
    narrowerThan: 'USER_ADDRESS',
  },
  USER_SHIPPING_ADDRESS: { sensitivity: 'sensitive', fields: ['shippingAddress'], icon: 'truck' },
  USER_INFO_EKYC: IDENTITY,
  KYC_INFO: IDENTITY,
  USER_KYC_STATUS: { sensitivity: 'sensitive', fields: ['kycStatus'], icon: 'badge-check' },
  SEND_MESSAGE: { sensitivity: 'basic', fields: [], icon: 'message-square' },
  NOTIFICATION_INBOX: { sensitivity: 'basic', fields: [], icon: 'inbox' },
  NOTIFICATION_PUSH: { sensitivity: 'basic', fields: [], icon: 'bell' },
  CARD_LIST: { sensitivity: 'restricted', fields: [], icon: 'credit-card' },
  AGREEMENT_PAY: { sensitivity: 'restricted', fields: [], icon: 'receipt' },
}

type OidcRow = {
  /** The standard scope that requests the same data and has the same texts. */
  readonly standard: StandardScope
  /** Fields that it requests besides, which are added to the texts. */
  readonly added?: readonly UserField[]
  readonly sensitivity?: Sensitivity
}

/**
 * The scopes of OpenID Connect.
 * @see [OpenID Connect Core §5.4](https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims)
 */
const OIDC_ROWS: Readonly<Record<string, OidcRow>> = {
  openid: { standard: 'auth_base' },
  profile: { standard: 'auth_user', added: ['userName'], sensitivity: 'sensitive' },
  email: { standard: 'PLAINTEXT_EMAIL_ADDRESS' },
  phone: { standard: 'PLAINTEXT_MOBILE_PHONE' },
  address: { standard: 'USER_ADDRESS' },
}

export const STANDARD_SCOPES: readonly ScopeEntry[] = [
  ...(Object.keys(ROWS) as StandardScope[]).map((scope) => entryOf(scope, { standard: scope })),
  ...Object.entries(OIDC_ROWS).map(([scope, row]) => entryOf(scope, row)),
]

function entryOf(scope: string, { standard, added = [], sensitivity }: OidcRow): ScopeEntry {
  const row = ROWS[standard]
  return {
    implicit: false,
    ...row,
    ...(sensitivity && { sensitivity }),
    fields: [...row.fields, ...added],
    scope,
    texts: Object.fromEntries(LOCALES.map((locale) => [locale, textOf(locale, standard, added)])),
  }
}

function textOf(locale: Locale, scope: StandardScope, added: readonly UserField[]): ScopeText {
  const { scopes, consent, fields } = MESSAGES[locale]
  const text = scopes[scope]
  if (added.length === 0) return text
  const names = joinList(
    locale,
    added.map((field) => fields[field]),
  )
  return { ...text, description: `${text.description} ${consent.includes(names)}` }
}
