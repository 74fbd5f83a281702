/**
 * @module The shape of assent.yaml, as JSON Schema: it validates the file, types it and ships as assent.schema.json.
 */
import { CONSENT_DURATIONS, USER_FIELDS } from '@assent/protocol'
import Type, { type Static, type TSchema } from 'typebox'
import { GRANT_TYPES, PLATFORM_SCOPES } from '../engine/registry.ts'

function closed<P extends Record<string, TSchema>>(
  properties: P,
  description?: string,
): ReturnType<typeof Type.Object<P>> {
  return Type.Object(properties, {
    additionalProperties: false,
    ...(description && { description }),
  })
}

function oneOf<const V extends readonly string[]>(
  values: V,
  description?: string,
): ReturnType<typeof Type.Unsafe<V[number]>> {
  return Type.Unsafe<V[number]>({
    type: 'string',
    enum: [...values],
    ...(description && { description }),
  })
}

const id = (maxLength: number, description: string) =>
  Type.String({ pattern: '^[A-Za-z0-9_.-]+$', maxLength, description })

const seconds = (minimum: number, description: string) =>
  Type.Integer({ minimum, maximum: 315_360_000, description })

const color = (description: string) =>
  Type.Optional(Type.String({ pattern: '^#[0-9a-fA-F]{6}$', description }))

const publicKeys = Type.Array(
  closed({
    version: Type.Integer({ minimum: 0, description: 'The keyVersion that requests name.' }),
    publicKey: Type.String({
      description: 'Path of a PEM file, PEM, or base64 of X.509 SPKI. RSA, 2048 bits or more.',
    }),
  }),
  {
    minItems: 1,
    description: 'All that verify at present, the newest last used without keyVersion.',
  },
)

const scope = closed(
  {
    scope: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$' }),
    implicit: Type.Optional(Type.Boolean({ description: 'Granted without asking.' })),
    sensitivity: Type.Optional(oneOf(['basic', 'sensitive', 'restricted'])),
    fields: Type.Optional(
      Type.Array(oneOf(USER_FIELDS), { description: 'Fields of the user that it opens.' }),
    ),
    narrowerThan: Type.Optional(
      Type.String({
        description:
          'The scope of which it is a smaller answer: where both are asked, the user gives one.',
      }),
    ),
    icon: Type.Optional(Type.String({ description: 'Name of an icon of the consent page.' })),
    texts: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-z]{2,3}$' }),
        closed({
          title: Type.String({
            minLength: 3,
            maxLength: 80,
            description: 'Completes “would like to”.',
          }),
          description: Type.String({ minLength: 3, maxLength: 200 }),
        }),
      ),
    ),
  },
  'Adds a scope, or overrides parts of a standard one.',
)

const miniProgram = closed({
  appId: id(32, 'At most 32 characters.'),
  name: Type.String({ minLength: 1, maxLength: 40 }),
  icon: Type.Optional(
    Type.String({
      description:
        'A square picture: a file (png, jpg, webp, svg) or a URL. The consent page shows files only, else a letter.',
    }),
  ),
  domains: Type.Array(Type.String(), {
    description: 'Origins of its pages, exact: https://shop.example',
  }),
  scopes: Type.Array(Type.String(), { minItems: 1, description: 'Scopes that it may ask for.' }),
  state: Type.Optional(oneOf(['ACTIVE', 'SUSPENDED'])),
  verified: Type.Optional(
    Type.Boolean({
      description:
        'Its owner was checked. Until then only its testers can use it, without restricted scopes. Default false.',
    }),
  ),
  testers: Type.Optional(
    Type.Array(Type.String({ pattern: '^[^/]+/.+$' }), {
      maxItems: 100,
      description: 'Who can use it while it is not verified: WALLET/USER.',
    }),
  ),
  purposes: Type.Optional(
    Type.Record(
      Type.String(),
      Type.Record(Type.String({ pattern: '^[a-z]{2,3}$' }), Type.String()),
      {
        description:
          'Why it wants a scope, in its own words, in every language. When the English one changes, users are asked again.',
      },
    ),
  ),
  recipients: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 80 }), {
      maxItems: 10,
      description: 'Who gets the data besides the merchant.',
    }),
  ),
  policyUrl: Type.Optional(Type.String({ description: 'https URL of its privacy policy.' })),
  termsUrl: Type.Optional(Type.String({ description: 'https URL of its terms.' })),
  retention: Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'For how long the merchant keeps it, for receipts.',
    }),
  ),
  storageLocation: Type.Optional(
    Type.String({ maxLength: 200, description: 'Where the merchant keeps it, for receipts.' }),
  ),
})

const strings = (description: string, maxItems = 32) =>
  Type.Optional(Type.Array(Type.String({ maxLength: 1024 }), { maxItems, description }))

const oauthClient = closed(
  {
    clientId: id(128, 'The client_id. At most 128 characters; may be that of the merchant.'),
    appId: Type.String({ description: 'The mini program for which it speaks.' }),
    tokenEndpointAuthMethod: oneOf(
      ['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'tls_client_auth', 'none'],
      'How it proves who it is. none is for pages and native apps, which keep no secret.',
    ),
    secretHashes: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }), {
        maxItems: 4,
        description: 'As assent oauth secret printed them; two while a secret is replaced.',
      }),
    ),
    tlsClientAuthSanDns: Type.Optional(
      Type.String({ description: 'For tls_client_auth: the DNS name in its certificate.' }),
    ),
    jwks: Type.Optional(
      Type.Array(Type.Record(Type.String(), Type.Unknown()), {
        maxItems: 8,
        description: 'Its public keys, as JWKs: P-256, Ed25519, or RSA with RS256 or PS256.',
      }),
    ),
    jwksUri: Type.Optional(Type.String({ description: 'https URL of its keys, instead.' })),
    grantTypes: Type.Optional(
      Type.Array(oneOf(GRANT_TYPES), {
        uniqueItems: true,
        description: 'Default: authorization_code and refresh_token.',
      }),
    ),
    redirectUris: strings(
      'Compared as text; of http://127.0.0.1/… and http://[::1]/… the port is free.',
    ),
    allowedOrigins: strings(
      'Origins of its pages, which may then call the token endpoint themselves.',
    ),
    resources: strings('For whom it may ask access tokens (RFC 8707).'),
    resourceServerFor: strings('The resources that it is: it may introspect their tokens.'),
    platformScopes: Type.Optional(
      Type.Array(oneOf(PLATFORM_SCOPES), {
        description: 'What it may do for itself by client_credentials.',
      }),
    ),
    requirePushedAuthorizationRequests: Type.Optional(
      Type.Boolean({ description: 'RFC 9126. Default false.' }),
    ),
    requireSignedRequestObject: Type.Optional(
      Type.Boolean({ description: 'RFC 9101. Default false.' }),
    ),
    dpopBoundAccessTokens: Type.Optional(Type.Boolean({ description: 'RFC 9449. Default false.' })),
    accessTokenFormat: Type.Optional(
      oneOf(
        ['sealed', 'jwt'],
        'Of tokens for other resources: introspected, or verified by them (RFC 9068). Default sealed.',
      ),
    ),
    walletId: Type.Optional(
      Type.String({
        description: 'The wallet whose users it asks. Default: the first with an authorizeUrl.',
      }),
    ),
    backchannelLogoutUri: Type.Optional(
      Type.String({ description: 'https URL that gets a logout token when a grant ends.' }),
    ),
  },
  'A client that speaks OAuth, for one of the mini programs.',
)

const client = closed({
  clientId: id(128, 'The merchant. At most 128 characters.'),
  name: Type.String({ minLength: 1, maxLength: 80, description: 'Legal name, as users see it.' }),
  country: Type.Optional(
    Type.String({
      pattern: '^[A-Z]{2}$',
      description: 'Where it is registered: ISO 3166-1 alpha-2.',
    }),
  ),
  contact: Type.Optional(
    Type.String({ maxLength: 200, description: 'Where users can reach it, for receipts.' }),
  ),
  state: Type.Optional(oneOf(['ACTIVE', 'SUSPENDED'])),
  keys: publicKeys,
  requestTimeToleranceSeconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 3600,
      description: 'How far Request-Time may be off. Default 300; 0 switches the check off.',
    }),
  ),
  accessTokenLifetimeSeconds: Type.Optional(seconds(60, 'Default 3600: an hour.')),
  refreshTokenLifetimeSeconds: Type.Optional(
    seconds(60, 'Default 15552000: 180 days. Not less than the access token.'),
  ),
  redirectUris: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Where prepared requests may return to. Compared as text.',
    }),
  ),
  notifyUrl: Type.Optional(
    Type.String({ description: 'https URL that is told when an authorization changes or ends.' }),
  ),
  notifyFormat: Type.Optional(
    oneOf(
      ['assent', 'ams', 'set'],
      'In these words, in those of AMS, or as Security Event Tokens; the latter without a notifyUrl are fetched. Default assent.',
    ),
  ),
  miniPrograms: Type.Array(miniProgram),
  oauth: Type.Optional(Type.Array(oauthClient)),
})

const consentDurations = Type.Optional(
  Type.Array(oneOf(CONSENT_DURATIONS), { minItems: 1, uniqueItems: true }),
)

const wallet = closed({
  walletId: id(64, 'The Client-Id of the wallet API.'),
  name: Type.Optional(Type.String({ description: 'As users know it. Default: walletId.' })),
  keys: publicKeys,
  customerBelongsTo: Type.Optional(
    Type.String({ description: 'What merchants call it. Default: walletId.' }),
  ),
  settingsPath: Type.Optional(
    Type.String({
      description: 'Where its users withdraw, as the sheet says it. Default: “Privacy”.',
    }),
  ),
  origins: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Origins of its web hosts: they may frame the consent page.',
    }),
  ),
  authorizeUrl: Type.Optional(
    Type.String({ description: 'Its page at which a user answers a prepared request.' }),
  ),
  theme: Type.Optional(
    closed(
      {
        accent: color('Links, switches and focus, on white.'),
        accentDark: color('The same, on black.'),
        radius: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: 28,
            description: 'Of corners, in pixels. Default 14.',
          }),
        ),
        font: Type.Optional(
          Type.String({
            pattern: "^[A-Za-z0-9 ,'-]{1,120}$",
            description: 'A list of fonts that its users have; nothing is loaded.',
          }),
        ),
        logo: Type.Optional(
          Type.String({ description: 'A picture: a file (png, jpg, webp, svg) of at most 8 KB.' }),
        ),
      },
      'How the consent page and the user’s page look in this wallet.',
    ),
  ),
})

const perMinute = (of: string) =>
  Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description: `Calls a minute ${of}, on a node.`,
    }),
  )

const api = closed(
  {
    name: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$' }),
    method: Type.Optional(
      oneOf(['POST', 'GET'], 'Default POST. GET is for calls without a signature.'),
    ),
    paths: Type.Array(Type.String(), {
      minItems: 1,
      description: 'As callers spell them, exact. {name} is one segment: /v1/cards/{cardId}',
    }),
    upstream: Type.String({
      description: 'URL that serves it, with the same {name}s: http://cards.internal/{cardId}',
    }),
    scopes: Type.Array(Type.String(), { description: 'The scopes that open it.' }),
    scopeMatch: Type.Optional(oneOf(['any', 'all'], 'How many of them. Default any.')),
    fields: Type.Optional(
      Type.Record(Type.String(), Type.Array(Type.String(), { minItems: 1 }), {
        description:
          'What each scope opens of the answer: cards[].brand, address.city. Without it the answer passes whole.',
      }),
    ),
    sensitivity: Type.Optional(oneOf(['basic', 'sensitive', 'restricted'], 'Default basic.')),
    requiresRequestId: Type.Optional(
      Type.Boolean({
        description:
          'It changes something: calls need a requestId, which the upstream gets as Idempotency-Key.',
      }),
    ),
    allowBearer: Type.Optional(
      Type.Boolean({
        description: 'May also be called with Authorization: Bearer, without a signature.',
      }),
    ),
    query: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' }), {
        description: 'Parameters that a GET may have.',
      }),
    ),
    limits: Type.Optional(
      closed({ perClient: perMinute('of a client'), perUser: perMinute('for a user') }),
    ),
    timeoutSeconds: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 30, description: 'Default 2.' }),
    ),
    maxResponseBytes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 67_108_864, description: 'Default 1048576.' }),
    ),
    maxConcurrency: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1024,
        description: 'Calls to the upstream at once, of a node. More are refused. Default 64.',
      }),
    ),
  },
  'An OpenAPI of the wallet that granted scopes open.',
)

const directory = Type.Union([
  closed({
    kind: Type.Literal('file'),
    path: Type.String({ description: 'YAML or JSON with `users`.' }),
  }),
  closed({
    kind: Type.Literal('http'),
    url: Type.String({
      description: 'Gets signed POST {walletId, userId}, answers {user} or 404.',
    }),
    timeoutSeconds: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 30, description: 'Default 2.' }),
    ),
  }),
])

export const ConfigSchema = Type.Object(
  {
    issuer: Type.String({ description: 'The public URL of this server, without a path.' }),
    listen: Type.Optional(
      closed({
        host: Type.Optional(Type.String({ description: 'Default 127.0.0.1.' })),
        drainSeconds: Type.Optional(
          Type.Number({
            minimum: 0,
            maximum: 120,
            description:
              'After SIGTERM, how long it says that it is not ready and serves on, so that balancers turn away first. Default 0.',
          }),
        ),
        port: Type.Optional(
          Type.Integer({ minimum: 0, maximum: 65535, description: 'Default 7300.' }),
        ),
      }),
    ),
    store: Type.String({
      pattern: '^(sqlite:.+|postgres(ql)?://.+)$',
      description: 'sqlite:PATH, or postgres://USER@HOST/DATABASE for more than one node.',
    }),
    keys: Type.Optional(
      Type.String({ description: 'Folder with the keys, made on the first start. Default: keys.' }),
    ),
    revocationBackup: Type.Optional(
      Type.String({
        description:
          'A file, on another disk than the database, that gets every revocation too: what a restored database has forgotten is repeated from it.',
      }),
    ),
    receiptCheckpoints: Type.Optional(
      Type.String({
        description:
          'A file, on storage that who runs the database cannot write, that gets the signed head of every chain of receipts each minute. assent audit verify holds the chains against it.',
      }),
    ),
    notifications: Type.Optional(
      closed({
        allowPrivateAddresses: Type.Optional(
          Type.Boolean({
            description:
              'Notify URLs may be http and lead into private networks. For development. Default false.',
          }),
        ),
      }),
    ),
    oauth: Type.Optional(
      closed({
        dynamicRegistration: Type.Optional(
          Type.Boolean({
            description:
              'Whoever has a token of assent oauth invite may register a client (RFC 7591). Default false.',
          }),
        ),
        clientCertificateHeader: Type.Optional(
          Type.String({
            pattern: '^[a-z0-9-]+$',
            description:
              'The header in which a proxy gives the client certificate that it has verified, as percent-encoded PEM; the proxy takes out what callers send. Absent: no tls_client_auth.',
          }),
        ),
      }),
    ),
    accessLogRetentionDays: Type.Optional(
      Type.Integer({
        minimum: 180,
        maximum: 3650,
        description:
          'For how long it is kept who read what of a user; at least 180, because grants that are not used for so long lapse. Default 365.',
      }),
    ),
    signatureDiagnostics: Type.Optional(
      Type.Boolean({
        description:
          'For developers: POST /signature-diagnostics says why a signature does not verify. Not in production. Default false.',
      }),
    ),
    logLevel: Type.Optional(oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])),
    directory,
    scopes: Type.Optional(Type.Array(scope)),
    consentDurations: Type.Optional(
      closed(
        { basic: consentDurations, sensitive: consentDurations, restricted: consentDurations },
        'For how long users may let a mini program, by the tier of the scope. Default: once, 30 days, until withdrawn; restricted ones once or 30 days.',
      ),
    ),
    apis: Type.Optional(Type.Array(api)),
    wallets: Type.Array(wallet, { minItems: 1 }),
    clients: Type.Array(client),
  },
  { additionalProperties: false, title: 'assent.yaml' },
)

export type Config = Static<typeof ConfigSchema>

const name = Type.Optional(Type.String())

/** The file of the file directory. */
export const UsersSchema = Type.Object({
  users: Type.Array(
    closed({
      walletId: Type.String(),
      userId: Type.String({ minLength: 1, maxLength: 128 }),
      status: oneOf(['ACTIVE', 'FROZEN', 'INACTIVE']),
      nickName: name,
      userName: Type.Optional(
        closed({ fullName: name, firstName: name, middleName: name, lastName: name }),
      ),
      avatar: name,
      gender: Type.Optional(oneOf(['MALE', 'FEMALE', 'UNKNOWN'])),
      birthDate: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
      nationality: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
      mobilePhone: name,
      email: name,
      address: name,
      shippingAddress: name,
      kycStatus: name,
      city: name,
      relayPhone: name,
      relayEmail: name,
      guardianId: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 128,
          description: 'This user is a minor; the user who decides for them.',
        }),
      ),
      locale: name,
    }),
  ),
})
