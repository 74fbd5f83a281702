/**
 * @module The address of a PostgreSQL database. `assent check` and every command that opens the database read it with this function, so
 * that what one of them accepts, the others accept.
 * @see [Connection URIs](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS)
 */

/**
 * @returns a predicate whose subject is the address, or `undefined`. It does not repeat the address, which may contain a password
 * @example
 * problemOfDatabaseUrl('postgres://assent@db-1,db-2/assent') // 'names several hosts: …'
 * problemOfDatabaseUrl('postgres://assent@db/assent') // 'does not say whether to use TLS: …'
 */
export function problemOfDatabaseUrl(text: string): string | undefined {
  const [, authority = ''] = /^[^:]*:\/\/([^/?#]*)/.exec(text) ?? []
  const address = authority.slice(authority.lastIndexOf('@') + 1)
  if (address.includes(',')) return SEVERAL_HOSTS
  // A user without a host is possible beside ?host=, but not for the parser.
  const parseable = address === '' ? text.replace('@/', '@localhost/') : text
  if (!URL.canParse(parseable) || text.includes('#') || /\s/.test(text)) return MALFORMED
  const { hostname, pathname, username, password, searchParams } = new URL(parseable)
  const host = searchParams.get('host') ?? address
  if (host.includes(',')) return SEVERAL_HOSTS
  if (host === '') return 'names no host: write postgres://USER@HOST/DATABASE'
  if (!/^\/[^/]+$/.test(pathname)) return 'names no database: write postgres://USER@HOST/DATABASE'
  if (![username, password, hostname, pathname].every(isDecodable)) return MALFORMED
  const choosesTls = ['sslmode', 'ssl'].some((name) => searchParams.has(name))
  return choosesTls || isOnThisMachine(decodeURIComponent(host)) ? undefined : NO_TLS_MODE
}

/** @param host a name or address, with or without a port, or the path of a socket */
function isOnThisMachine(host: string): boolean {
  return /^(\/.*|(localhost|127(\.\d+){3}|\[?::1\]?)(:\d*)?)$/.test(host)
}

const SEVERAL_HOSTS =
  'names several hosts: name one, such as a proxy or a virtual IP address that leads to the primary'
// The driver connects without TLS when the address does not ask for it.
const NO_TLS_MODE =
  'does not say whether to use TLS: add ?sslmode=verify-full, with &sslrootcert=FILE for a private certificate authority, or ?sslmode=disable on a network that nobody else can read'
const MALFORMED =
  'is not a valid URL: write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with a port up to 65535, and percent-encode special characters in user and password'

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
