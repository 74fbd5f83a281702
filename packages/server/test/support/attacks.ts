/**
 * @module Inputs of attackers: redirect URIs, tokens and key addresses that differ from a valid one in a single property.
 */
import { createHmac, createSign, type KeyObject } from 'node:crypto'
import { REDIRECT_URI, type SigningKey } from './oauth.ts'

const [SCHEME, HOST, PATH] = ['https://', 'kopi.example', '/callback']

/** Variations of the registered redirect URI. The server must reject all of them. */
export const REDIRECT_MUTATIONS: readonly string[] = [
  // Another host or authority.
  'https://evil.example/callback',
  'https://evil.example/?https://kopi.example/callback',
  'https://evil.example/https://kopi.example/callback',
  'https://kopi.example.evil.example/callback',
  'https://kopi.example@evil.example/callback',
  'https://kopi.example:443@evil.example/callback',
  'https://evil.example#@kopi.example/callback',
  'https://evil.example\\@kopi.example/callback',
  'https://evil.example%00.kopi.example/callback',
  'https://evil.example%2f@kopi.example/callback',
  'https://evilkopi.example/callback',
  'https://kopi-example/callback',
  'https://sub.kopi.example/callback',
  'https://www.kopi.example/callback',
  'https://kopi.example./callback',
  'https://kopi.example:8443/callback',
  'https://kopi.example:443/callback',
  'https://kopi.exаmple/callback',
  'https://xn--kopi-example/callback',
  'https://127.0.0.1/callback',
  'https://[::1]/callback',
  'https://0x7f000001/callback',
  'https://localhost/callback',
  // Another scheme.
  'http://kopi.example/callback',
  'HTTPS://kopi.example/callback',
  'https:kopi.example/callback',
  'https:/kopi.example/callback',
  'https:///kopi.example/callback',
  'https:\\\\kopi.example/callback',
  '//kopi.example/callback',
  'kopi.example/callback',
  'javascript:alert(1)//https://kopi.example/callback',
  'data:text/html,https://kopi.example/callback',
  'com.kopi.app:/callback',
  'urn:ietf:wg:oauth:2.0:oob',
  'file:///callback',
  // Another path.
  `${SCHEME}${HOST}`,
  `${SCHEME}${HOST}/`,
  `${SCHEME}${HOST}${PATH}/`,
  `${SCHEME}${HOST}${PATH}/x`,
  `${SCHEME}${HOST}${PATH}x`,
  `${SCHEME}${HOST}/x${PATH}`,
  `${SCHEME}${HOST}/${PATH}`,
  `${SCHEME}${HOST}/./callback`,
  `${SCHEME}${HOST}/x/../callback`,
  `${SCHEME}${HOST}/callback/../evil`,
  `${SCHEME}${HOST}/callback/..;/evil`,
  `${SCHEME}${HOST}/callback%2f..%2fevil`,
  `${SCHEME}${HOST}/%63allback`,
  `${SCHEME}${HOST}/Callback`,
  `${SCHEME}${HOST}/callback%20`,
  `${SCHEME}${HOST}/callback%00`,
  `${SCHEME}${HOST}/callback%0d%0aLocation:%20https://evil.example`,
  `${SCHEME}${HOST}/callback;x`,
  `${SCHEME}${HOST}\\callback`,
  // Additions to the registered URI.
  `${REDIRECT_URI}?`,
  `${REDIRECT_URI}?x=1`,
  `${REDIRECT_URI}?code=stolen`,
  `${REDIRECT_URI}#`,
  `${REDIRECT_URI}#fragment`,
  `${REDIRECT_URI} `,
  ` ${REDIRECT_URI}`,
  `${REDIRECT_URI}\t`,
  `${REDIRECT_URI},https://evil.example`,
  `${REDIRECT_URI} https://evil.example`,
  'https://KOPI.EXAMPLE/callback',
  'https://user@kopi.example/callback',
  'https://user:pass@kopi.example/callback',
  '*',
  'https://*/callback',
]

/**
 * Variations of a loopback redirect URI. Native apps may choose its port and nothing else
 * ([RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252.html#section-7.3)).
 */
export const LOOPBACK_MUTATIONS: readonly string[] = [
  'http://127.0.0.1/other',
  'http://127.0.0.1:80/callback/',
  'http://127.0.0.1:99999999/callback',
  'http://127.0.0.1:80:81/callback',
  'http://127.0.0.1.evil.example/callback',
  'http://127.0.0.1@evil.example/callback',
  'http://127.0.0.1:80@evil.example/callback',
  'http://127.0.0.2:80/callback',
  'http://localhost:80/callback',
  'http://[::1]:80/callback',
  'https://127.0.0.1:80/callback',
  'http://127.1:80/callback',
  'http://2130706433/callback',
  'http://127.0.0.1:/callback',
  'http://127.0.0.1:-1/callback',
  'http://127.0.0.1:80/callback?x=1',
]

type Header = Record<string, unknown>
type Claims = Record<string, unknown>

function encode(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}

export function signEs256(key: KeyObject, header: Header, claims: Claims): string {
  const content = `${encode(header)}.${encode(claims)}`
  const signature = createSign('sha256').update(content).sign({ key, dsaEncoding: 'ieee-p1363' })
  return `${content}.${signature.toString('base64url')}`
}

export type JwtMaterial = {
  readonly key: SigningKey
  readonly foreign: SigningKey
  /** The header and claims of a valid token. */
  readonly header: Header
  readonly claims: Claims
}

/**
 * Tokens with one defect each. The server must reject all of them.
 *
 * @param fresh returns claims with a new `jti`
 */
export function jwtMutations(
  { key, foreign, header, claims }: JwtMaterial,
  fresh: () => Claims,
): Readonly<Record<string, string>> {
  const sign = (head: Header, body: Claims = fresh()): string =>
    signEs256(key.privateKey, { ...header, ...head }, body)
  const withClaims = (more: Claims): string => sign({}, { ...fresh(), ...more })
  const without = (name: string): string => {
    const { [name]: _, ...rest } = fresh()
    return sign({}, rest)
  }
  const now = Number(claims['iat'])
  const valid = sign({})
  const [head = '', body = '', signature = ''] = valid.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  const publicPem = JSON.stringify(key.jwk)
  const hmac = (alg: string, secret: string): string => {
    const content = `${encode({ ...header, alg })}.${encode(fresh())}`
    const mac = createHmac(`sha${alg.slice(2)}`, secret)
      .update(content)
      .digest('base64url')
    return `${content}.${mac}`
  }
  const unsigned = (alg: string): string => `${encode({ ...header, alg })}.${encode(fresh())}.`
  const der = createSign('sha256').update(`${head}.${body}`).sign(key.privateKey)
  return {
    'alg none': unsigned('none'),
    'alg None': unsigned('None'),
    'alg NONE': unsigned('NONE'),
    'alg nOnE': unsigned('nOnE'),
    'alg empty': unsigned(''),
    'alg none with a signature': `${unsigned('none')}${signature}`,
    'no signature': `${head}.${body}.`,
    'two parts': `${head}.${body}`,
    'one part': head,
    'four parts': `${valid}.${signature}`,
    'five parts': `${valid}.${signature}.${signature}`,
    empty: '',
    dots: '..',
    'HS256 with the public key': hmac('HS256', publicPem),
    'HS384 with the public key': hmac('HS384', publicPem),
    'HS512 with the public key': hmac('HS512', publicPem),
    'HS256 with an empty secret': hmac('HS256', ''),
    'alg of another family': sign({ alg: 'RS256' }),
    'alg ES384': sign({ alg: 'ES384' }),
    'alg ES512': sign({ alg: 'ES512' }),
    'alg EdDSA': sign({ alg: 'EdDSA' }),
    'alg PS256': sign({ alg: 'PS256' }),
    'alg in lower case': sign({ alg: 'es256' }),
    'alg as an array': sign({ alg: ['ES256'] }),
    'alg missing': sign({ alg: undefined }),
    'alg as a number': sign({ alg: 256 }),
    'a foreign key': signEs256(foreign.privateKey, header, fresh()),
    'unknown crit': sign({ crit: ['x'], x: 1 }),
    'crit empty': sign({ crit: [] }),
    'b64 false': sign({ b64: false, crit: ['b64'] }),
    'a signature of zero bytes': `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
    'a signature of 0xff bytes': `${head}.${body}.${Buffer.alloc(64, 0xff).toString('base64url')}`,
    'a short signature': `${head}.${body}.${bytes.subarray(0, 63).toString('base64url')}`,
    'a long signature': `${head}.${body}.${Buffer.concat([bytes, Buffer.from([0])]).toString('base64url')}`,
    'a DER signature': `${head}.${body}.${der.toString('base64url')}`,
    'r and s swapped': `${head}.${body}.${Buffer.concat([bytes.subarray(32), bytes.subarray(0, 32)]).toString('base64url')}`,
    'a flipped bit': `${head}.${body}.${flipBit(bytes).toString('base64url')}`,
    'another header': `${encode({ ...header, x: 1 })}.${body}.${signature}`,
    'other claims': `${head}.${encode({ ...fresh(), admin: true })}.${signature}`,
    'the signature of another token': `${head}.${body}.${sign({}).split('.')[2]}`,
    'header that is not an object': `${encode('[]')}.${body}.${signature}`,
    'header that is not JSON': `${encode('{')}.${body}.${signature}`,
    'claims that are not JSON': signText(key.privateKey, encode(header), encode('{')),
    'claims as an array': signText(key.privateKey, encode(header), encode('[]')),
    'claims as a string': signText(key.privateKey, encode(header), encode('"x"')),
    'claims as null': signText(key.privateKey, encode(header), encode('null')),
    'base64 instead of base64url': valid.replace('.', '+.'),
    'a space in front': ` ${valid}`,
    'a line feed at the end': `${valid}\n`,
    'typ of an access token': sign({ typ: 'at+jwt' }),
    'typ of an introspection response': sign({ typ: 'token-introspection+jwt' }),
    'typ of a logout token': sign({ typ: 'logout+jwt' }),
    'typ of a security event token': sign({ typ: 'secevent+jwt' }),
    'typ as a number': sign({ typ: 1 }),
    expired: withClaims({ exp: now - 120, iat: now - 180 }),
    'expired an hour ago': withClaims({ exp: now - 3600, iat: now - 7200 }),
    'issued tomorrow': withClaims({ iat: now + 86_400, exp: now + 86_460 }),
    'issued in the next minute': withClaims({ iat: now + 61 }),
    'not valid before the next minute': withClaims({ nbf: now + 61 }),
    'valid for a day': withClaims({ exp: now + 86_400 }),
    'valid until 2286': withClaims({ exp: 9_999_999_999 }),
    'exp as a string': withClaims({ exp: String(now + 60) }),
    'iat as a string': withClaims({ iat: String(now) }),
    'nbf as a string': withClaims({ nbf: String(now) }),
    'exp missing': without('exp'),
    'exp as null': withClaims({ exp: null }),
  }
}

function signText(key: KeyObject, header: string, body: string): string {
  const content = `${header}.${body}`
  const signature = createSign('sha256').update(content).sign({ key, dsaEncoding: 'ieee-p1363' })
  return `${content}.${signature.toString('base64url')}`
}

function flipBit(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy[0] = (copy[0] ?? 0) ^ 1
  return copy
}

/**
 * Addresses of internal networks in every notation, and URLs that cannot be the address of a key set.
 *
 * @param port the port of a server that must not receive a request
 */
export function ssrfAddresses(port: number): readonly string[] {
  const hosts = [
    '127.0.0.1',
    '127.0.0.2',
    '127.1',
    '127.0.1',
    '0.0.0.0',
    '0',
    '2130706433',
    '017700000001',
    '0x7f000001',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '127.0.0.1.',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:0:0:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '169.254.170.2',
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'foo.localhost',
    'ip6-localhost',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    'metadata.google.internal',
  ]
  return [
    ...hosts.map((host) => `https://${host}:${port}/keys`),
    `http://127.0.0.1:${port}/keys`,
    `https://user@127.0.0.1:${port}/keys`,
    `https://kopi.example@127.0.0.1:${port}/keys`,
    `https://127.0.0.1:${port}\\@kopi.example/keys`,
    `https://127.0.0.1:${port}#@kopi.example/`,
    `ftp://127.0.0.1:${port}/keys`,
    'file:///etc/passwd',
    `gopher://127.0.0.1:${port}/_`,
    'data:application/json,{"keys":[]}',
  ]
}
