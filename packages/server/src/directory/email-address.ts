/**
 * @module E-mail addresses in user records.
 */
import { domainToASCII } from 'node:url'
import { andThen, type FieldReader, type Reading } from './field-reading.ts'
import { oneLine } from './text-fields.ts'

/** RFC 5321 §4.5.3.1: 64 octets before the @, 255 for the domain. */
const MAX_MAILBOX_BYTES = 64
const MAX_DOMAIN_BYTES = 255

/** What browsers accept before the @, and letters of every script (RFC 6531). */
const MAILBOX = /^[\p{L}\p{M}\p{N}.!#$%&'*+/=?^_`{|}~-]+$/u
const DOMAIN_CHARACTERS = /^[\p{L}\p{M}\p{N}.\u3002-]+$/u
const DOMAIN =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * Reads an address. Its domain becomes lower case and ASCII (IDNA), the mailbox stays as it is.
 * @see [RFC 5321](https://www.rfc-editor.org/rfc/rfc5321.html), [UTS 46](https://www.unicode.org/reports/tr46/)
 */
export const readEmailAddress: FieldReader<string> = (value, context) =>
  andThen(oneLine(MAX_MAILBOX_BYTES + MAX_DOMAIN_BYTES + 1)(value, context), readAddress)

function readAddress(text: string): Reading<string> {
  const at = text.lastIndexOf('@')
  const mailbox = text.slice(0, Math.max(at, 0))
  const domain = toAsciiDomain(text.slice(at + 1))
  if (!MAILBOX.test(mailbox) || domain === undefined) return { reason: 'invalid_format' }
  const isTooLong =
    Buffer.byteLength(mailbox) > MAX_MAILBOX_BYTES || domain.length > MAX_DOMAIN_BYTES
  return isTooLong ? { reason: 'too_long' } : { value: `${mailbox}@${domain}` }
}

/** The characters are checked first: the conversion would cut a domain at a slash, and read a number as an IP address. */
function toAsciiDomain(text: string): string | undefined {
  if (!DOMAIN_CHARACTERS.test(text) || !/\p{L}/u.test(text)) return undefined
  const domain = domainToASCII(text)
  return DOMAIN.test(domain) ? domain : undefined
}
