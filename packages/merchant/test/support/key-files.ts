/**
 * @module Key files in every form in which tools write them and people pass them on: those that can be read, and those that cannot,
 * with the reason. The SDK and the server are tested with the same table.
 */
import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import type { KeyProblem } from '@assent/protocol'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })

export const RSA_KEYS = rsa

const toPem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' | 'spki'): string =>
  key.export({ type, format: 'pem' } as never).toString()
const toDer = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'spki'): Buffer =>
  key.export({ type, format: 'der' } as never) as unknown as Buffer
const wrapped = (base64: string, width: number): string =>
  base64.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\r\n') ?? ''
const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le')

/** A certificate of its own key, by `openssl req -x509`. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIDDzCCAfegAwIBAgIUYE3yhZJHDTCQ4VqqZ82Kw907MQMwDQYJKoZIhvcNAQEL
BQAwFjEUMBIGA1UEAwwLYXNzZW50IHRlc3QwIBcNMjYxMTI4MjIyMzQ2WhgPMjEy
NjExMDQyMjIzNDZaMBYxFDASBgNVBAMMC2Fzc2VudCB0ZXN0MIIBIjANBgkqhkiG
9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqQmmv4tg2v6dvqeu4QH8wPbVWyCIBb2Vmm/w
YYfkVUXjIH1tG6A5QOf3AMOWNUUczr0brHe5g6OqFtNv/yRqY/vGabYJRYNQ550X
Osu+go5ckwPCaxFiZ96qRhR7Sye5mrtOjszCJWc50acszw266q+UDZ87c9tNAiIl
7t2wWpWbjs5QB09fCp0IAb8Q/ZP/hrPHSIBOi7ytnIjdHzU5SljQgOoXEEv3WfWu
xO+iO8tkqlUUiBsaPdJgiAJ+Ln4KIFz02oVqpQUY17WfROkeQiImbPsuUJ2q7ZFl
v4OfTjSqR0rJqJ2BxPLZArrdbmG7gCYdFL2MgYOPREyYixkyuwIDAQABo1MwUTAd
BgNVHQ4EFgQUKaFohDYWY1Zz+IAvA8t7iSXLOsIwHwYDVR0jBBgwFoAUKaFohDYW
Y1Zz+IAvA8t7iSXLOsIwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOC
AQEAgRojfL4IIk+kOZowB2nA7yINbdBnZtTpa+UTliBND9L9qCJcWU8CV8kukNaW
jHvCuXuYxaCVJ8EPHZfKjQIUVNlU0Vv2HY5qbP3WdFmdbixSDlgN1frI0v7VcXSJ
7otXwS8tgw02BLbfz2TYuKDgyGPlPYq9SBscGfMyKNwa5TNwqWoowCLNEOhD4oPw
oUkMCM08F+XnAvTnjTcn3UXxUykjSubtj3bhVGJs9LKsqI4XFS5CXXd7WQ2OMG9m
CP5ZvT2BrgXy0CP31Adk64nXltx4zLLOsSrUQtJJ3rc6/wsH8tZ44Zni24p1b8WU
Gs8TDhY7RrbUqXCsUT20PtR0iQ==
-----END CERTIFICATE-----
`
const CERTIFIED = new X509Certificate(CERTIFICATE).publicKey

const BAG_ATTRIBUTES = `Bag Attributes
    friendlyName: merchant
    localKeyID: 00 61 B3 BC 82 CB 2A D2 E4 E0 69 4B 22 9D 65 AE 89 6D 38 8B
Key Attributes: <No Attributes>
`

export type KeyFile = { readonly name: string; readonly content: string | Uint8Array }
export type ReadableKeyFile = KeyFile & { readonly key: KeyObject }
export type UnreadableKeyFile = KeyFile & { readonly problem: KeyProblem }

/** Every layout of a text, for a private and for a public key. */
function layouts(pem: string, der: Buffer): readonly KeyFile[] {
  const base64 = der.toString('base64')
  return [
    { name: 'PEM', content: pem },
    { name: 'PEM as bytes', content: Buffer.from(pem) },
    { name: 'PEM with CRLF', content: pem.replaceAll('\n', '\r\n') },
    { name: 'PEM with CR', content: pem.replaceAll('\n', '\r') },
    { name: 'PEM in one line with spaces', content: pem.replaceAll('\n', ' ').trim() },
    { name: 'PEM in one line without spaces', content: pem.replaceAll('\n', '') },
    { name: 'PEM with \\n of an environment variable', content: pem.replaceAll('\n', '\\n') },
    { name: 'PEM with \\r\\n and quotes', content: `"${pem.replaceAll('\n', '\\r\\n')}"` },
    { name: 'PEM as a JSON string', content: JSON.stringify(pem) },
    { name: 'PEM that is indented', content: pem.replaceAll(/^/gm, '      ') },
    { name: 'PEM with tabs and spaces at line ends', content: pem.replaceAll('\n', '\t \n') },
    { name: 'PEM with empty lines', content: `\n\n${pem.replaceAll('\n', '\n\n')}` },
    { name: 'PEM with a UTF-8 byte order mark', content: Buffer.from(`\uFEFF${pem}`) },
    { name: 'PEM with a byte order mark, as text', content: `\uFEFF${pem}` },
    { name: 'PEM in UTF-16LE', content: utf16(pem) },
    { name: 'PEM in UTF-16BE', content: utf16(pem).swap16() },
    { name: 'PEM in UTF-16LE without a mark', content: utf16(pem).subarray(2) },
    { name: 'PEM in UTF-16LE that was read as UTF-8', content: utf16(pem).toString() },
    { name: 'PEM in UTF-16BE that was read as UTF-8', content: utf16(pem).swap16().toString() },
    {
      name: 'PEM with lines of 76',
      content: pem.replace(/\n[\s\S]*\n-/, `\n${wrapped(base64, 76)}\n-`),
    },
    { name: 'PEM with dashes of a word processor', content: pem.replaceAll('--', '–-') },
    { name: 'PEM after Bag Attributes', content: BAG_ATTRIBUTES + pem },
    { name: 'PEM after comments', content: `# the key of 2026\n${pem}\n# end` },
    { name: 'PEM with a header', content: pem.replace('-\n', '-\nComment: of 2026\n\n') },
    { name: 'PEM in base64', content: Buffer.from(pem).toString('base64') },
    { name: 'PEM in base64 with lines', content: wrapped(Buffer.from(pem).toString('base64'), 76) },
    { name: 'bare base64', content: base64 },
    { name: 'bare base64 with a line end', content: `${base64}\r\n` },
    {
      name: 'bare base64 as bytes with a byte order mark',
      content: Buffer.from(`\uFEFF${base64}`),
    },
    { name: 'bare base64 in UTF-16', content: utf16(base64) },
    { name: 'bare base64 in UTF-16 that was read as UTF-8', content: utf16(base64).toString() },
    { name: 'bare base64 with lines of 64', content: wrapped(base64, 64) },
    { name: 'bare base64 in quotes', content: `'${base64}'` },
    { name: 'bare base64url', content: der.toString('base64url') },
    { name: 'DER', content: der },
    { name: 'DER in a Uint8Array', content: new Uint8Array(der) },
  ]
}

const named = (prefix: string, files: readonly KeyFile[], key: KeyObject): ReadableKeyFile[] =>
  files.map(({ name, content }) => ({ name: `${prefix}: ${name}`, content, key }))

const [pkcs8, pkcs1] = [toPem(rsa.privateKey, 'pkcs8'), toPem(rsa.privateKey, 'pkcs1')]
const [spki, rsaPublic] = [toPem(rsa.publicKey, 'spki'), toPem(rsa.publicKey, 'pkcs1')]
const relabeled = (pem: string, from: string, to: string): string => pem.replaceAll(from, to)

export const PRIVATE_KEY_FILES: readonly ReadableKeyFile[] = [
  ...named('PKCS#8', layouts(pkcs8, toDer(rsa.privateKey, 'pkcs8')), rsa.privateKey),
  ...named('PKCS#1', layouts(pkcs1, toDer(rsa.privateKey, 'pkcs1')), rsa.privateKey),
  ...named(
    'more',
    [
      {
        name: 'PKCS#1 in the label of PKCS#8',
        content: relabeled(pkcs1, 'RSA PRIVATE', 'PRIVATE'),
      },
      {
        name: 'PKCS#8 in the label of PKCS#1',
        content: relabeled(pkcs8, 'PRIVATE', 'RSA PRIVATE'),
      },
      {
        name: 'with its certificate',
        content: BAG_ATTRIBUTES + CERTIFICATE + BAG_ATTRIBUTES + pkcs8,
      },
      { name: 'with its public key', content: spki + pkcs8 },
    ],
    rsa.privateKey,
  ),
]

export const PUBLIC_KEY_FILES: readonly ReadableKeyFile[] = [
  ...named('X.509', layouts(spki, toDer(rsa.publicKey, 'spki')), rsa.publicKey),
  ...named('PKCS#1', layouts(rsaPublic, toDer(rsa.publicKey, 'pkcs1')), rsa.publicKey),
  ...named('certificate', layouts(CERTIFICATE, new X509Certificate(CERTIFICATE).raw), CERTIFIED),
  ...named(
    'more',
    [
      {
        name: 'PKCS#1 in the label of X.509',
        content: relabeled(rsaPublic, 'RSA PUBLIC', 'PUBLIC'),
      },
    ],
    rsa.publicKey,
  ),
  { name: 'a chain of certificates', content: CERTIFICATE + CERTIFICATE, key: CERTIFIED },
]

const encrypted = (type: 'pkcs8' | 'pkcs1', format: 'pem' | 'der'): string | Buffer =>
  rsa.privateKey.export({ type, format, cipher: 'aes-256-cbc', passphrase: 'x' } as never)
const key = (text: string): string => `${text.repeat(30)}`

/** They are wrong as a private and as a public key. */
const WRONG_FILES: readonly UnreadableKeyFile[] = [
  { name: 'nothing', content: '', problem: 'EMPTY' },
  { name: 'spaces', content: ' \r\n', problem: 'EMPTY' },
  { name: 'no bytes', content: new Uint8Array(), problem: 'EMPTY' },
  { name: 'quotes', content: '""', problem: 'EMPTY' },
  { name: 'a sentence', content: 'the key is in the safe', problem: 'UNREADABLE' },
  { name: 'base64 of something else', content: key('QUJD'), problem: 'UNREADABLE' },
  { name: 'PEM of something else', content: relabeled(spki, 'MII', 'AAA'), problem: 'UNREADABLE' },
  { name: 'PEM with damaged base64', content: spki.replace('MII', 'M?I'), problem: 'UNREADABLE' },
  { name: 'PEM without its end', content: spki.slice(0, 200), problem: 'CUT_OFF' },
  {
    name: 'binary that was read as text',
    content: toDer(rsa.privateKey, 'pkcs8').toString(),
    problem: 'BINARY_AS_TEXT',
  },
  { name: 'an encrypted PKCS#8 key', content: encrypted('pkcs8', 'pem'), problem: 'ENCRYPTED' },
  { name: 'an encrypted PKCS#1 key', content: encrypted('pkcs1', 'pem'), problem: 'ENCRYPTED' },
  {
    name: 'an encrypted key in one line',
    content: String(encrypted('pkcs1', 'pem')).replaceAll('\n', ' '),
    problem: 'ENCRYPTED',
  },
  { name: 'an encrypted key in DER', content: encrypted('pkcs8', 'der'), problem: 'ENCRYPTED' },
  {
    name: 'a private key of OpenSSH',
    content: `-----BEGIN OPENSSH PRIVATE KEY-----\n${key('b3Bl')}\n-----END OPENSSH PRIVATE KEY-----`,
    problem: 'OPENSSH',
  },
  {
    name: 'a public key of OpenSSH',
    content: `ssh-rsa ${key('AAAA')} me@laptop`,
    problem: 'OPENSSH',
  },
  {
    name: 'a public key of SSH2',
    content: `---- BEGIN SSH2 PUBLIC KEY ----\n${key('AAAA')}\n---- END SSH2 PUBLIC KEY ----`,
    problem: 'OPENSSH',
  },
  {
    name: 'a key of PuTTY',
    content: 'PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none',
    problem: 'PUTTY',
  },
  { name: 'a key of PGP', content: '-----BEGIN PGP PUBLIC KEY BLOCK-----\n', problem: 'PGP' },
  {
    name: 'a JSON Web Key',
    content: JSON.stringify(rsa.publicKey.export({ format: 'jwk' })),
    problem: 'JWK',
  },
  {
    name: 'an XML key',
    content: '<RSAKeyValue><Modulus>qQ==</Modulus></RSAKeyValue>',
    problem: 'XML',
  },
  {
    name: 'a PKCS#12 file',
    content: Buffer.from('308209df0201033082099506092a864886f70d010701a0', 'hex'),
    problem: 'KEY_STORE',
  },
  {
    name: 'a Java key store',
    content: Buffer.from('feedfeed0000000200000001', 'hex'),
    problem: 'KEY_STORE',
  },
  {
    name: 'a certificate request',
    content: '-----BEGIN CERTIFICATE REQUEST-----\nMIIC\n-----END CERTIFICATE REQUEST-----',
    problem: 'CERTIFICATE_REQUEST',
  },
]

export const WRONG_PRIVATE_KEY_FILES: readonly UnreadableKeyFile[] = [
  ...WRONG_FILES,
  { name: 'a public key', content: spki, problem: 'IS_PUBLIC' },
  { name: 'a public key in DER', content: toDer(rsa.publicKey, 'spki'), problem: 'IS_PUBLIC' },
  { name: 'a certificate', content: CERTIFICATE, problem: 'IS_CERTIFICATE' },
  { name: 'an EC key', content: toPem(ec.privateKey, 'pkcs8'), problem: 'NOT_RSA' },
  { name: 'an EC key in SEC1', content: toPem(ec.privateKey, 'sec1'), problem: 'NOT_RSA' },
  {
    name: 'a key for RSASSA-PSS only',
    content: toPem(pss.privateKey, 'pkcs8'),
    problem: 'NOT_RSA',
  },
  { name: 'a key of 1024 bits', content: toPem(small.privateKey, 'pkcs8'), problem: 'TOO_SMALL' },
  { name: 'two keys', content: pkcs8 + pkcs1, problem: 'SEVERAL_KEYS' },
]

export const WRONG_PUBLIC_KEY_FILES: readonly UnreadableKeyFile[] = [
  ...WRONG_FILES,
  { name: 'a private key', content: pkcs8, problem: 'IS_PRIVATE' },
  { name: 'a private key in DER', content: toDer(rsa.privateKey, 'pkcs1'), problem: 'IS_PRIVATE' },
  {
    name: 'a private key in bare base64',
    content: toDer(rsa.privateKey, 'pkcs8').toString('base64'),
    problem: 'IS_PRIVATE',
  },
  { name: 'a public key with its private key', content: spki + pkcs8, problem: 'IS_PRIVATE' },
  { name: 'an EC key', content: toPem(ec.publicKey, 'spki'), problem: 'NOT_RSA' },
  { name: 'a key for RSASSA-PSS only', content: toPem(pss.publicKey, 'spki'), problem: 'NOT_RSA' },
  { name: 'a key of 1024 bits', content: toPem(small.publicKey, 'spki'), problem: 'TOO_SMALL' },
  { name: 'two keys', content: spki + rsaPublic, problem: 'SEVERAL_KEYS' },
]

/** What a library would say instead. */
export const CODE_OF_OPENSSL = /error:|ERR_|asn1|ASN1|DECODER|routines/
