/**
 * @module The three shops of the demo: the scopes that their mini programs request, and their purposes.
 */
import type { UserInfo } from '@assent/protocol'

/** The user data that a shop's page may show. It never includes tokens or the user id. */
export type Member = Omit<UserInfo, 'userId'>

export type Shop = {
  readonly appId: string
  readonly clientId: string
  /** The first segment of the path of its page. */
  readonly slug: string
  readonly name: string
  readonly merchant: string
  readonly tagline: string
  readonly items: readonly {
    readonly name: string
    readonly price: string
    readonly emoji: string
  }[]
  readonly offer: { readonly title: string; readonly text: string; readonly action: string }
  /** Whether the shop has a web page for any browser. */
  readonly web?: boolean
  /** Whether the shop uses the user's cards and sends receipts. */
  readonly checkout: boolean
  /** The scopes that the offer requires. */
  readonly scopes: readonly (string | { readonly scope: string; readonly required: boolean })[]
  /** The scopes that the wallet has approved for the mini program. */
  readonly approved: readonly string[]
  /** Whether the wallet has verified the merchant. */
  readonly verified: boolean
  readonly country: string
  /** The purpose of each scope, in the languages of the wallet's users. */
  readonly purposes: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export const SHOPS: readonly Shop[] = [
  {
    appId: 'kopi-house',
    clientId: '2018103116394800000001',
    slug: 'kopi',
    name: 'Kopi House',
    merchant: 'Kopi House Trading Inc.',
    tagline: 'Coffee, roasted this morning',
    items: [
      { name: 'Kopi susu', price: '₱120', emoji: '☕' },
      { name: 'Flat white', price: '₱150', emoji: '🥛' },
      { name: 'Pandan cake', price: '₱95', emoji: '🍰' },
    ],
    offer: {
      title: 'Loyalty card',
      text: 'Every tenth cup is on us. The card carries your name and picture.',
      action: 'Get my loyalty card',
    },
    web: true,
    checkout: true,
    scopes: [{ scope: 'auth_user', required: true }, 'USER_MOBILE_PHONE', 'USER_BIRTHDAY'],
    approved: [
      'auth_base',
      'auth_user',
      'USER_MOBILE_PHONE',
      'USER_BIRTHDAY',
      'USER_NAME',
      'CARD_LIST',
      'NOTIFICATION_INBOX',
    ],
    verified: true,
    country: 'PH',
    purposes: {
      auth_user: {
        en: 'To put your name and picture on the card.',
        zh: '用于在卡上显示你的名字和头像。',
        fil: 'Para ilagay ang pangalan at larawan mo sa card.',
        id: 'Untuk mencantumkan nama dan foto Anda di kartu.',
        ms: 'Untuk meletakkan nama dan gambar anda pada kad.',
        ar: 'لوضع اسمك وصورتك على البطاقة.',
        es: 'Para poner tu nombre y tu foto en la tarjeta.',
      },
      USER_BIRTHDAY: {
        en: 'For a free cup on your birthday.',
        zh: '用于在你生日那天送你一杯。',
        fil: 'Para sa libreng tasa sa kaarawan mo.',
        id: 'Untuk secangkir gratis di hari ulang tahun Anda.',
        ms: 'Untuk secawan percuma pada hari lahir anda.',
        ar: 'لفنجان مجاني في يوم ميلادك.',
        es: 'Para una taza gratis en tu cumpleaños.',
      },
    },
  },
  {
    appId: 'bloom-flowers',
    clientId: '2018103116394800000002',
    slug: 'bloom',
    name: 'Bloom Flowers',
    merchant: 'Bloom & Daughters Ltd.',
    tagline: 'Flowers, delivered today',
    items: [
      { name: 'Sampaguita', price: '₱180', emoji: '🌼' },
      { name: 'Red roses', price: '₱650', emoji: '🌹' },
      { name: 'Sunflowers', price: '₱420', emoji: '🌻' },
    ],
    offer: {
      title: 'Deliver to me',
      text: 'Your wallet fills in your name and address.',
      action: 'Use my wallet’s address',
    },
    checkout: false,
    scopes: ['USER_NAME', 'USER_SHIPPING_ADDRESS'],
    approved: ['auth_base', 'USER_NAME', 'USER_SHIPPING_ADDRESS', 'USER_NICKNAME'],
    verified: true,
    country: 'MY',
    purposes: {},
  },
  {
    appId: 'pixel-arcade',
    clientId: '2018103116394800000003',
    slug: 'pixel',
    name: 'Pixel Arcade',
    merchant: 'Pixel Arcade, sole trader',
    tagline: 'Old games, new scores',
    items: [
      { name: 'Snake', price: '₱20', emoji: '🐍' },
      { name: 'Blocks', price: '₱20', emoji: '🧱' },
      { name: 'Racer', price: '₱30', emoji: '🏎️' },
    ],
    offer: {
      title: 'Late games',
      text: 'For adults only. We need to know only that you are over 18.',
      action: 'Let me in',
    },
    checkout: false,
    scopes: [
      { scope: 'USER_BIRTHDAY', required: true },
      'USER_AGE_OVER_18',
      'PLAINTEXT_EMAIL_ADDRESS',
      'RELAY_EMAIL',
    ],
    approved: [
      'auth_base',
      'USER_BIRTHDAY',
      'USER_AGE_OVER_18',
      'PLAINTEXT_EMAIL_ADDRESS',
      'RELAY_EMAIL',
    ],
    verified: false,
    country: 'PH',
    purposes: {},
  },
]
