/**
 * @module The address of a user's picture.
 */
import { andThen, type FieldReader, type Reading } from './field-reading.ts'
import { oneLine } from './text-fields.ts'

const MAX_URL_LENGTH = 2048
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]']

/** Reads an https URL without user and password. Plain http is read for the machine itself only, for development. */
export const readPictureUrl: FieldReader<string> = (value, context) =>
  andThen(oneLine(MAX_URL_LENGTH)(value, context), readUrl)

function readUrl(text: string): Reading<string> {
  if (text.includes(' ') || !URL.canParse(text)) return { reason: 'invalid_format' }
  const url = new URL(text)
  const { protocol, hostname, username, password, href } = url
  const isSafe =
    protocol === 'https:' || (protocol === 'http:' && LOOPBACK_HOSTS.includes(hostname))
  return isSafe && username === '' && password === ''
    ? { value: href }
    : { reason: 'invalid_format' }
}
