/**
 * @module What the sheet says is what it gives: its texts, the receipt and the merchant's reply name the same fields.
 */
import type { Sheet, UserField } from '@assent/protocol'
import { describe, expect, it } from 'vitest'
import { consult } from '../../../src/engine/consent/consult.ts'
import { decideConsent } from '../../../src/engine/consent/decide.ts'
import { LOCALES, type Locale } from '../../../src/engine/consent/prompt.ts'
import { MESSAGES } from '../../../src/engine/locales/index.ts'
import { fieldsNamedIn } from '../../../src/engine/locales/named-fields.ts'
import type { ReceiptRecord } from '../../../src/engine/receipt-records.ts'
import type { ScopeEntry } from '../../../src/engine/registry.ts'
import { STANDARD_SCOPES } from '../../../src/engine/standard-scopes.ts'
import { type Profile, profileOf } from '../../../src/engine/users/profile.ts'
import { APP_ID, createEngine, NOW, registryWith, type TestEngine } from '../../support/engine.ts'
import { USER } from '../../support/registry.ts'

const PERSON = {
  status: 'ACTIVE',
  nickName: 'Maria',
  userName: { fullName: 'Maria Santos' },
  avatar: 'https://wallet.example/maria.png',
  gender: 'FEMALE',
  birthDate: '1994-05-17',
  nationality: 'PH',
  mobilePhone: '+639171234567',
  email: 'maria@example.com',
  address: '12 Mabini Street',
  city: 'Manila',
  shippingAddress: '7 Rizal Avenue',
  kycStatus: 'VERIFIED',
  relayPhone: '+63280000000',
  relayEmail: 'r7@relay.example',
} as const

/** The fields of a reply to the merchant, read from the reply alone. */
function fieldsOfReply({ userInfo }: Profile): ReadonlySet<UserField> {
  const { loginIdInfos = [], contactInfos = [], extendInfo = {} } = userInfo
  const plain = [
    'status',
    'nickName',
    'userName',
    'avatar',
    'gender',
    'birthDate',
    'nationality',
    'address',
  ] as const
  const contacts = contactInfos.map(({ contactType, contactNo }): UserField => {
    const kind = contactNo.includes('•') ? 'masked' : 'plain'
    return contactType === 'EMAIL' ? `email.${kind}` : `mobilePhone.${kind}`
  })
  return new Set<UserField>([
    ...plain.filter((field) => field in userInfo),
    ...contacts,
    ...loginIdInfos.flatMap(({ loginId, hashLoginId, maskLoginId }): UserField[] => [
      ...(loginId ? (['loginId.plain'] as const) : []),
      ...(hashLoginId ? (['loginId.hash'] as const) : []),
      ...(maskLoginId ? (['loginId.masked'] as const) : []),
    ]),
    ...Object.keys(extendInfo).map((name) => EXTENDED[name] ?? (name as UserField)),
  ])
}

const EXTENDED: Readonly<Record<string, UserField>> = {
  isOver18: 'age.over18',
  city: 'address.city',
  relayPhone: 'mobilePhone.relay',
  relayEmail: 'email.relay',
}

type Asked = {
  readonly engine: TestEngine
  readonly id: string
  readonly hash: string
  readonly sheet: Sheet
}

/** Asks a user for one scope. */
async function ask(entry: ScopeEntry, locale: Locale): Promise<Asked> {
  const { scope } = entry
  const registry = {
    ...registryWith({ scopes: new Set([scope]) }),
    scopes: new Map([[scope, entry]]),
  }
  const engine = createEngine({ registry, directoryUser: PERSON })
  const query = { appId: APP_ID, scopes: [{ scope }] }
  const asked = await consult(
    engine.ports,
    { user: USER, query, presence: 'prepared', locale },
    NOW,
  )
  if (asked.kind !== 'consent') throw new Error('No prompt is required.')
  return { engine, id: asked.consentRequestId, hash: asked.sheetHash, sheet: asked.sheet }
}

function fieldsNamedBy(sheet: Sheet, locale: Locale): ReadonlySet<UserField> {
  const [row] = sheet.scopes
  return fieldsNamedIn(locale, `${row?.title} ${row?.description}`)
}

const PROMPTED = STANDARD_SCOPES.filter(({ implicit }) => !implicit)

describe.each(LOCALES)('in %s', (locale) => {
  it.each(PROMPTED)(
    '$scope names on the sheet exactly what the receipt says and the merchant gets',
    async (entry) => {
      const { engine, id, hash, sheet } = await ask(entry, locale)
      const decision = { consentRequestId: id, sheetHash: hash, granted: [entry.scope] }
      await decideConsent(engine.ports, decision, NOW + 1)
      const document = engine.state.changes[0]?.outbox?.receipt?.document ?? ''
      const { processing } = JSON.parse(document) as ReceiptRecord
      const granted = (engine.state.grants[0]?.granted[entry.scope]?.fields ?? []) as UserField[]
      const { hasher } = engine.ports
      const reply = profileOf(PERSON, granted, { subject: 's', hasher, now: NOW })
      const named = [...fieldsNamedBy(sheet, locale)].sort()
      expect(named).toEqual([...entry.fields].sort())
      expect([...(processing[0]?.personalData ?? [])].sort()).toEqual(named)
      expect([...fieldsOfReply(reply)].sort()).toEqual(named)
    },
  )

  it('the texts of the standard scopes are complete by themselves', () => {
    for (const { texts, fields } of STANDARD_SCOPES) {
      const named = fieldsNamedIn(locale, `${texts[locale]?.title} ${texts[locale]?.description}`)
      expect([...named].sort()).toEqual([...fields].sort())
    }
  })

  it('the sentence about the merchant names the user id that every reply has', () => {
    const { consent, fields } = MESSAGES[locale]
    expect(consent.receivedBy('Kopi')).toContain(fields.userId)
  })

  it('an operator’s text that names too little is completed', async () => {
    const texts = { en: { title: 'see part of your phone number', description: 'For deliveries.' } }
    const fields = ['mobilePhone.masked', 'mobilePhone.plain', 'kycStatus'] as const
    const { sheet } = await ask(
      { scope: 'COURIER', implicit: false, sensitivity: 'basic', icon: 'truck', fields, texts },
      locale,
    )
    const named = fieldsNamedBy(sheet, locale)
    for (const field of fields) {
      // The phone number’s masked form is named in English by the operator’s own title.
      expect(named.has(field) || (locale === 'en' && field === 'mobilePhone.masked'), field).toBe(
        true,
      )
    }
  })
})

describe(fieldsNamedIn, () => {
  it.each([
    ['en', 'Pay your electricity bill', []],
    ['en', 'See part of your phone number', ['mobilePhone.masked']],
    ['en', 'Your Phone Number and city', ['mobilePhone.plain', 'address.city']],
    ['id', 'kotak masuk', []],
    ['zh', '查看你的部分手机号', ['mobilePhone.masked']],
    ['ar', 'صورتك وجنسيتك', ['avatar', 'nationality']],
  ] as const)('%s: %s', (locale, text, fields) => {
    expect([...fieldsNamedIn(locale, text)].sort()).toEqual([...fields].sort())
  })
})
