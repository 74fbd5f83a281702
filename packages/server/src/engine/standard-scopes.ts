/**
 * @module The scopes of this platform family (contract: openapi §8) as a registry starts with them, and smaller answers
 * to some of them. An operator adds and overrides scopes in assent.yaml.
 */
import type { ScopeEntry, ScopeText } from './registry.ts'
import { LOCALES } from './sheet.ts'
import { WORDS } from './words/index.ts'
import type { StandardScope } from './words/words.ts'

type Row = Pick<ScopeEntry, 'tier' | 'fields' | 'icon'> &
  Partial<Pick<ScopeEntry, 'silent'>> & { readonly smallerThan?: StandardScope }

const RECOGNISE: Row = { silent: true, tier: 'basic', fields: [], icon: 'fingerprint' }
const PROFILE: Row = {
  tier: 'basic',
  fields: ['status', 'nickName', 'avatar', 'gender', 'nationality'],
  icon: 'user',
}
const IDENTITY: Row = {
  tier: 'restricted',
  fields: ['userName', 'birthDate', 'nationality', 'address', 'kycStatus'],
  icon: 'shield-check',
}

const ROWS: Readonly<Record<StandardScope, Row>> = {
  auth_base: RECOGNISE,
  USER_ID: RECOGNISE,
  BASE_USER_INFO: RECOGNISE,
  auth_user: PROFILE,
  USER_INFO: PROFILE,
  USER_NICKNAME: { tier: 'basic', fields: ['nickName'], icon: 'smile' },
  USER_NAME: { tier: 'sensitive', fields: ['userName'], icon: 'id-card' },
  USER_AVATAR: { tier: 'basic', fields: ['avatar'], icon: 'image' },
  USER_GENDER: { tier: 'sensitive', fields: ['gender'], icon: 'user' },
  USER_BIRTHDAY: { tier: 'sensitive', fields: ['birthDate'], icon: 'cake' },
  USER_AGE_OVER_18: {
    tier: 'basic',
    fields: ['age.over18'],
    icon: 'cake',
    smallerThan: 'USER_BIRTHDAY',
  },
  USER_NATIONALITY: { tier: 'sensitive', fields: ['nationality'], icon: 'flag' },
  USER_LOGIN_ID: {
    tier: 'basic',
    fields: ['loginId.masked'],
    icon: 'at-sign',
    smallerThan: 'PLAINTEXT_USER_LOGIN_ID',
  },
  PLAINTEXT_USER_LOGIN_ID: { tier: 'sensitive', fields: ['loginId.plain'], icon: 'at-sign' },
  HASH_LOGIN_ID: { tier: 'basic', fields: ['loginId.hash'], icon: 'hash' },
  USER_CONTACTINFO: {
    tier: 'sensitive',
    fields: ['mobilePhone.plain', 'email.plain'],
    icon: 'contact',
  },
  USER_MOBILE_PHONE: {
    tier: 'basic',
    fields: ['mobilePhone.masked'],
    icon: 'phone',
    smallerThan: 'PLAINTEXT_MOBILE_PHONE',
  },
  RELAY_MOBILE_PHONE: {
    tier: 'basic',
    fields: ['mobilePhone.relay'],
    icon: 'phone',
    smallerThan: 'PLAINTEXT_MOBILE_PHONE',
  },
  PLAINTEXT_MOBILE_PHONE: { tier: 'sensitive', fields: ['mobilePhone.plain'], icon: 'phone' },
  USER_EMAIL: {
    tier: 'basic',
    fields: ['email.masked'],
    icon: 'mail',
    smallerThan: 'PLAINTEXT_EMAIL_ADDRESS',
  },
  RELAY_EMAIL: {
    tier: 'basic',
    fields: ['email.relay'],
    icon: 'mail',
    smallerThan: 'PLAINTEXT_EMAIL_ADDRESS',
  },
  PLAINTEXT_EMAIL_ADDRESS: { tier: 'sensitive', fields: ['email.plain'], icon: 'mail' },
  USER_ADDRESS: { tier: 'sensitive', fields: ['address'], icon: 'map-pin' },
  USER_CITY: {
    tier: 'basic',
    fields: ['address.city'],
    icon: 'map-pin',
    smallerThan: 'USER_ADDRESS',
  },
  USER_SHIPPING_ADDRESS: { tier: 'sensitive', fields: ['shippingAddress'], icon: 'truck' },
  USER_INFO_EKYC: IDENTITY,
  KYC_INFO: IDENTITY,
  USER_KYC_STATUS: { tier: 'sensitive', fields: ['kycStatus'], icon: 'badge-check' },
  SEND_MESSAGE: { tier: 'basic', fields: [], icon: 'message-square' },
  NOTIFICATION_INBOX: { tier: 'basic', fields: [], icon: 'inbox' },
  NOTIFICATION_PUSH: { tier: 'basic', fields: [], icon: 'bell' },
  CARD_LIST: { tier: 'restricted', fields: [], icon: 'credit-card' },
  AGREEMENT_PAY: { tier: 'restricted', fields: [], icon: 'receipt' },
}

/** What OpenID Connect calls them (Core §5.4): each asks the same as one of ours, in the same words. */
const OIDC_SCOPES: Readonly<Record<string, StandardScope>> = {
  openid: 'auth_base',
  profile: 'auth_user',
  email: 'PLAINTEXT_EMAIL_ADDRESS',
  phone: 'PLAINTEXT_MOBILE_PHONE',
  address: 'USER_ADDRESS',
}

export const STANDARD_SCOPES: readonly ScopeEntry[] = [
  ...(Object.keys(ROWS) as StandardScope[]).map((scope) => entryOf(scope, scope)),
  ...Object.entries(OIDC_SCOPES).map(([scope, like]) => entryOf(scope, like)),
]

function entryOf(scope: string, like: StandardScope): ScopeEntry {
  return { silent: false, ...ROWS[like], scope, texts: textsOf(like) }
}

function textsOf(scope: StandardScope): Readonly<Record<string, ScopeText>> {
  return Object.fromEntries(LOCALES.map((locale) => [locale, WORDS[locale].scopes[scope]]))
}
