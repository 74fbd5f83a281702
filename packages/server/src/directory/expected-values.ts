/**
 * @module What the fields of a user record must be, for people who mend one.
 */

/** By the path of the field. */
export const EXPECTED_VALUES: Readonly<Record<string, string>> = {
  status: 'ACTIVE, FROZEN or INACTIVE. Until then the user cannot grant anything',
  guardianId:
    'the userId of another user, as text of at most 128 characters. Until then the user cannot grant anything',
  nickName: 'one line of text of at most 256 characters',
  userName: 'an object with fullName, firstName, middleName or lastName',
  'userName.fullName': 'one line of text of at most 256 characters',
  'userName.firstName': 'one line of text of at most 256 characters',
  'userName.middleName': 'one line of text of at most 256 characters',
  'userName.lastName': 'one line of text of at most 256 characters',
  avatar: 'an https URL without user and password',
  gender: 'MALE, FEMALE or UNKNOWN',
  birthDate: 'a date of the past 120 years such as "1994-05-17", without a time other than 00:00',
  nationality: 'a country code of ISO 3166-1 such as PH or PHL',
  mobilePhone:
    'a phone number such as "+639171234567", in quotes. National numbers need the defaultCountry of the wallet',
  email: 'an e-mail address such as maria@example.com',
  mobilePhoneVerified: 'true or false',
  emailVerified: 'true or false',
  address: 'text of at most 1024 characters',
  shippingAddress: 'text of at most 1024 characters',
  city: 'one line of text of at most 256 characters',
  kycStatus: 'one line of text of at most 64 characters',
  relayPhone: 'a phone number such as "+639171234567", in quotes',
  relayEmail: 'an e-mail address such as k7f3@relay.example',
  locale: 'a language tag such as en-PH',
}
