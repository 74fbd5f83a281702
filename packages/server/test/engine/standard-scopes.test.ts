/**
 * @module The standard scopes and their texts.
 */
import { describe, expect, it } from 'vitest'
import { LOCALES } from '../../src/engine/consent/prompt.ts'
import { STANDARD_SCOPES } from '../../src/engine/standard-scopes.ts'

describe('standard scopes', () => {
  it('contain every scope of the merchant API and of OpenID Connect, each with texts in every language', () => {
    const names =
      `auth_base USER_ID BASE_USER_INFO auth_user USER_INFO USER_NICKNAME USER_NAME USER_AVATAR USER_GENDER
      USER_BIRTHDAY USER_NATIONALITY USER_LOGIN_ID PLAINTEXT_USER_LOGIN_ID HASH_LOGIN_ID USER_CONTACTINFO USER_MOBILE_PHONE
      PLAINTEXT_MOBILE_PHONE USER_EMAIL PLAINTEXT_EMAIL_ADDRESS USER_ADDRESS USER_SHIPPING_ADDRESS USER_INFO_EKYC KYC_INFO
      USER_KYC_STATUS SEND_MESSAGE USER_AGE_OVER_18 USER_CITY RELAY_MOBILE_PHONE RELAY_EMAIL NOTIFICATION_INBOX NOTIFICATION_PUSH CARD_LIST AGREEMENT_PAY
      openid profile email phone address`.split(/\s+/)
    expect(STANDARD_SCOPES.map(({ scope }) => scope).sort()).toEqual(names.sort())
    for (const { scope, texts, implicit, fields } of STANDARD_SCOPES) {
      expect(Object.keys(texts).sort(), scope).toEqual([...LOCALES].sort())
      for (const { title, description } of Object.values(texts)) {
        expect(title.length, scope).toBeLessThanOrEqual(80)
        expect(description.length, scope).toBeGreaterThan(5)
      }
      if (implicit) expect(fields, scope).toEqual([])
    }
  })
})
