/**
 * @module The mini program's page. It logs in without a prompt, requests more scopes when the user takes the offer, and shows the result
 * of every call. It uses only `my`, the JSAPI of the platform family.
 */
import type { Member, Shop } from '../shops.ts'

type AuthCode = {
  authCode: string
  authSuccessScopes: string[]
  authErrorScopes: Record<string, string>
}
declare const my: {
  getAuthCode(options: object): Promise<AuthCode>
  onGrantChanged(listener: () => void): void
}

type Card = { brand: string; lastFour: string }
type MerchantReply = {
  session?: string
  member?: Member
  cards?: Card[]
  missingScopes?: string[]
  error?: { code: string; message: string }
}

let shop: Shop
let merchantUrl: string
const root = document.getElementById('shop') as HTMLElement
let session: string | undefined
/** The scopes of the last login. A code covers only the scopes of its request, so the next one names them again. */
let scopes: readonly string[] = []
let events: EventSource | undefined

function element(
  tag: string,
  properties: Partial<HTMLElement> & Record<string, unknown> = {},
  ...children: (Node | string)[]
): HTMLElement {
  const node = Object.assign(document.createElement(tag), properties)
  node.append(...children)
  return node
}

/** `replaceChildren` is younger than the oldest web views. */
function setChildren(parent: HTMLElement, ...children: readonly Node[]): void {
  parent.textContent = ''
  parent.append(...children)
}

const NO_WALLET = 'This page has found no wallet. Open it as a mini program in your wallet.'
/** The wallet shows mini programs in a frame, so a page of its own has no wallet. */
const isFramed = window.parent !== window
const greeting = element('p', {
  className: 'muted',
  id: 'greeting',
  textContent: isFramed ? 'One moment…' : NO_WALLET,
})
const offer = element('section', { className: 'card', id: 'offer' })
const checkout = element('section', { className: 'card', id: 'checkout' })
const calls = element('ol', { className: 'calls', id: 'calls' })

function report(call: string, ok: boolean, text: string, detail: unknown): void {
  const line = element(
    'li',
    {},
    element('strong', { className: ok ? 'good' : 'bad', textContent: text }),
    ` ${call} `,
  )
  line.append(element('code', { textContent: shorten(JSON.stringify(detail)) }))
  calls.prepend(line)
}

function shorten(text: string): string {
  return text.replace(/("ac_.{6})[^"]*/g, '$1…')
}

/** Calls the wallet and shows the result. */
async function getAuthCode(options: Record<string, unknown>): Promise<AuthCode | undefined> {
  const scopes = options['scopes'] ?? 'auth_base'
  const call = `getAuthCode(${JSON.stringify(scopes)})`
  try {
    const result = await my.getAuthCode(options)
    report(call, true, 'code', result)
    return result
  } catch (failure) {
    const { error, cause } = failure as { error: number; cause: string }
    report(call, false, `${error} ${cause}`, failure)
    return undefined
  }
}

async function callMerchant(path: string, body: object): Promise<MerchantReply> {
  const response = await fetch(merchantUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ appId: shop.appId, ...body }),
  })
  const reply = (await response.json()) as MerchantReply
  const shown = { ...reply, ...(reply.session && { session: '…' }) }
  const outcome = reply.error?.code ?? (reply.missingScopes ? 'scopes missing' : 'OK')
  report(`merchant ${path}`, outcome === 'OK', outcome, reply.error ?? shown)
  return reply
}

async function login(code: AuthCode | undefined): Promise<boolean> {
  if (!code) return false
  const reply = await callMerchant('/login', { authCode: code.authCode })
  if (reply.session) listen(reply.session)
  session = reply.session ?? session
  if (reply.session) scopes = code.authSuccessScopes
  return reply.session !== undefined
}

/** Listens for events that the merchant's server forwards from the platform. */
function listen(id: string): void {
  events?.close()
  events = new EventSource(`${merchantUrl}/events?session=${encodeURIComponent(id)}`)
  events.addEventListener('withdrawn', () => {
    events?.close()
    session = undefined
    scopes = []
    greeting.textContent = 'You have stopped sharing. We have deleted your data.'
    drawOffer('')
    drawCheckout([])
  })
}

/** Calls the merchant. When scopes are missing, requests them from the user and calls the merchant again. */
async function callWithConsent(path: string): Promise<MerchantReply> {
  if (!session) await login(await getAuthCode({ scopes: 'auth_base' }))
  const reply = await callMerchant(path, { session })
  if (!reply.missingScopes) return reply
  const missing = reply.missingScopes.map((scope) => ({ scope, required: true }))
  const isGranted = await login(await getAuthCode({ scopes: [...scopes, ...missing] }))
  return isGranted ? callMerchant(path, { session }) : reply
}

async function showCards(): Promise<void> {
  const { cards } = await callWithConsent('/cards')
  if (cards) drawCheckout(cards)
}

async function order(): Promise<void> {
  const { error, missingScopes } = await callWithConsent('/order')
  const isSent = !error && !missingScopes
  ordered.textContent = isSent
    ? 'Ordered. The receipt is in your wallet’s inbox.'
    : 'Ordered without a receipt.'
}

async function showMember(): Promise<void> {
  const { member } = await callMerchant('/member', { session })
  if (member && Object.keys(member).length > 0) drawMember(member)
  else drawOffer('')
}

async function acceptOffer(): Promise<void> {
  const code = await getAuthCode({ scopes: shop.scopes })
  if (!code)
    return drawOffer(
      'No problem. Everything else works without it, and you can change your mind at any time.',
    )
  if (await login(code)) await showMember()
}

function drawOffer(notice: string): void {
  const { title, text, action } = shop.offer
  const button = element('button', {
    textContent: action,
    id: 'want',
    onclick: () => void acceptOffer(),
  })
  setChildren(
    offer,
    element('h2', { textContent: title }),
    element('p', { className: 'muted', textContent: text }),
    button,
  )
  if (notice)
    offer.append(element('p', { className: 'muted notice', id: 'notice', textContent: notice }))
}

function drawMember(member: Member): void {
  const name = member.nickName ?? member.userName?.fullName ?? 'Member'
  const image = member.avatar
    ? element('img', { src: member.avatar, alt: '' })
    : element('span', { className: 'letter', textContent: [...name][0] ?? '' })
  const rows: [string, string | undefined][] = [
    ['Name', member.userName?.fullName],
    ['Phone', member.contactInfos?.[0]?.contactNo],
    ['Birthday', member.birthday],
    [
      'Over 18',
      member.extendInfo?.isOver18 === undefined ? undefined : yesOrNo(member.extendInfo.isOver18),
    ],
    ['Write to', member.extendInfo?.relayEmail],
    ['Deliver to', member.extendInfo?.shippingAddress],
  ]
  const list = element('dl')
  for (const [label, value] of rows) {
    if (value)
      list.append(
        element('dt', { textContent: label }),
        element('dd', { textContent: value, dir: 'auto' }),
      )
  }
  const heading = element(
    'div',
    {},
    element('h2', { textContent: name, id: 'member-name', dir: 'auto' }),
    element('p', { className: 'muted', textContent: shop.offer.title }),
  )
  const again = element('button', {
    className: 'plain',
    id: 'again',
    textContent: 'Read my data again',
    onclick: () => void showMember(),
  })
  setChildren(offer, element('div', { className: 'member' }, image, heading), list, again)
}

const ordered = element('p', { className: 'muted notice', id: 'ordered', role: 'status' })

function drawCheckout(cards: readonly Card[]): void {
  const list = element('ul', { className: 'cards', id: 'cards' })
  for (const { brand, lastFour } of cards)
    list.append(element('li', { textContent: `${brand} •••• ${lastFour}` }))
  const show = element('button', {
    className: 'plain',
    id: 'show-cards',
    textContent: 'Pay with a card of my wallet',
    onclick: () => void showCards(),
  })
  setChildren(
    checkout,
    element('h2', { textContent: 'Your order' }),
    element('p', { className: 'muted', textContent: 'One kopi susu, ₱120.' }),
    cards.length > 0 ? list : show,
    element('button', {
      id: 'order',
      textContent: 'Order, and send me a receipt',
      onclick: () => void order(),
    }),
    ordered,
  )
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no'
}

function draw(): void {
  const items = element('ul', { className: 'items' })
  for (const item of shop.items) {
    items.append(
      element(
        'li',
        { className: 'card' },
        element('span', { className: 'emoji', textContent: item.emoji }),
        element('div', { textContent: item.name }),
        element('small', { textContent: item.price }),
      ),
    )
  }
  drawOffer('')
  if (shop.checkout) drawCheckout([])
  root.append(
    element(
      'header',
      {},
      element('h1', { textContent: shop.name }),
      element('p', { className: 'muted', textContent: shop.tagline }),
      greeting,
    ),
    items,
    offer,
    ...(shop.checkout ? [checkout] : []),
    element(
      'section',
      { className: 'card' },
      element('h2', { textContent: 'Calls of this page' }),
      calls,
    ),
  )
}

/** Attacks that the panel's buttons start. Each is rejected. */
const ATTACKS: Readonly<Record<string, () => Promise<void>>> = {
  async 'first-screen'() {
    await getAuthCode({ scopes: shop.scopes })
  },
  async forge() {
    await getAuthCode({ appId: 'another-app', scopes: 'auth_base' })
  },
  async replay() {
    const code = await getAuthCode({ scopes: 'auth_base' })
    await login(code)
    await login(code)
  },
}

async function start(): Promise<void> {
  const settings = await fetch('shop.json')
  ;({ shop, merchantUrl } = (await settings.json()) as { shop: Shop; merchantUrl: string })
  draw()
  await ATTACKS[location.hash.slice(1)]?.()
  const code = await getAuthCode({ scopes: 'auth_base' })
  const isKnown = await login(code)
  greeting.textContent = isKnown ? 'Good to see you.' : failedGreeting(code)
  if (isKnown) await showMember()
}

function failedGreeting(code: AuthCode | undefined): string {
  return code || isFramed ? 'You are not logged in.' : NO_WALLET
}

my.onGrantChanged(() => void showMember())
void start()
