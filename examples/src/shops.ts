/**
 * @module The two shops of the demo: what their mini programs ask for and why.
 */
import type { UserInfo } from '@assent/protocol'

/** What the page of a shop may show. Never a token, never the user id. */
export type Member = Omit<UserInfo, 'userId'>

export type Shop = {
  readonly appId: string
  readonly clientId: string
  /** The first part of its address. */
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
  /** Whether it also wants to know the user's cards and to send receipts. */
  readonly checkout: boolean
  /** What the offer needs. */
  readonly scopes: readonly (string | { readonly scope: string; readonly required: boolean })[]
  /** All that the wallet has approved for it. */
  readonly approved: readonly string[]
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
      text: 'Name and address come from your wallet: nothing to type.',
      action: 'Use my wallet’s address',
    },
    checkout: false,
    scopes: ['USER_NAME', 'USER_SHIPPING_ADDRESS'],
    approved: ['auth_base', 'USER_NAME', 'USER_SHIPPING_ADDRESS', 'USER_NICKNAME'],
  },
]
