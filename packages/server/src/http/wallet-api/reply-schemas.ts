/**
 * @module Reply schemas of the wallet API: the data of a successful reply, by operation. They describe replies; tests compare them with the
 * types of `@assent/protocol` and with all replies that tests receive.
 * @see [Wallet API](../../../../../docs/wallets.md#wallet-api)
 */
import { CONSENT_DURATIONS, type WalletOperation } from '@assent/protocol'
import Type, { type TSchema } from 'typebox'
import { AccessLogEntrySchema } from '../access-log-entry.ts'
import { dictionary, oneOf, string, time } from '../schema-parts.ts'
import { SheetSchema } from './sheet-schema.ts'

export const authErrorScopes = dictionary(Type.String(), {
  description:
    'Requested scopes that the code does not cover, with `10001` (the user did not grant it) or `40006` (not approved for the mini program).',
})

const GrantedReplySchema = Type.Object(
  {
    status: Type.Literal('GRANTED'),
    authCode: string('The code for the page. It is valid for 60 seconds, once.'),
    authSuccessScopes: Type.Array(Type.String(), {
      description: 'Requested scopes that the code covers.',
    }),
    authErrorScopes,
    redirectUrl: Type.Optional(
      string("With `authRequest`: send the user's browser there. It includes the code."),
    ),
  },
  { title: 'GrantedReply' },
)

const ConsentRequiredReplySchema = Type.Object(
  {
    status: Type.Literal('CONSENT_REQUIRED'),
    consentRequestId: string('For `complete` or `decide`.'),
    consentUrl: string('The consent page, for a frame or a web view.'),
    sheet: SheetSchema,
    sheetHash: string('The SHA-256 of the canonical JSON of `sheet` (RFC 8785), in base64url.'),
    expiresAt: time('The request is valid until then: 10 minutes.'),
  },
  {
    title: 'ConsentRequiredReply',
    description: 'The user has to decide: open `consentUrl`, or draw `sheet`.',
  },
)

const NotGrantedReplySchema = Type.Object(
  {
    status: oneOf(
      ['DECLINED', 'DISMISSED'],
      'The user denied everything, or closed the prompt without a decision.',
    ),
    authErrorScopes,
    redirectUrl: Type.Optional(
      string("With `authRequest`: send the user's browser there. It includes the OAuth error."),
    ),
  },
  { title: 'NotGrantedReply' },
)

const RedirectReplySchema = Type.Object(
  {
    status: Type.Literal('REDIRECT'),
    redirectUrl: string("Send the user's browser there. It includes the OAuth error."),
  },
  { title: 'RedirectReply', description: 'No prompt is needed.' },
)

const GuardianApprovalReplySchema = Type.Object(
  { status: Type.Literal('APPROVED_BY_GUARDIAN') },
  {
    title: 'GuardianApprovalReply',
    description: "The guardian approved. The minor's mini program gets its code at the next call.",
  },
)

const miniProgram = {
  appId: string('The mini program.'),
  name: string('Its name.'),
  icon: string('The URL of its icon. Empty if it has none.'),
  merchant: string('The legal name of the merchant.'),
}

const GrantSummaryScopeSchema = Type.Object(
  {
    scope: string('A granted scope.'),
    grantedAt: time('When it was granted.'),
    title: string('What it permits.'),
    description: string('The exact data.'),
    silent: Type.Boolean({ description: 'It was granted without a prompt.' }),
    lifetime: oneOf(CONSENT_DURATIONS, 'The duration that the user chose.'),
    expiresAt: Type.Optional(time('When the duration ends.')),
  },
  { title: 'GrantSummaryScope' },
)

const GrantSummarySchema = Type.Object(
  {
    ...miniProgram,
    scopes: Type.Array(GrantSummaryScopeSchema, { description: 'The granted scopes.' }),
    lapsesAt: Type.Optional(
      time('When the grant ends unless it is used. Present only shortly before.'),
    ),
    refused: Type.Array(
      Type.Object(
        {
          scope: string('A denied scope.'),
          untilAllowed: Type.Boolean({
            description: 'Only `clearDenials` permits another request.',
          }),
        },
        { title: 'DeniedScope' },
      ),
      { description: 'The denied scopes.' },
    ),
  },
  { title: 'GrantSummary', description: 'What a user has granted to a mini program.' },
)

const WithdrawnGrantSummarySchema = Type.Object(
  {
    ...miniProgram,
    withdrawnAt: time('When access ended.'),
    deletionAcknowledgedAt: Type.Optional(
      time("When the merchant confirmed that it deleted the user's data."),
    ),
  },
  {
    title: 'WithdrawnGrantSummary',
    description: 'A mini program to which the user no longer grants anything.',
  },
)

const GuardianRequestSummarySchema = Type.Object(
  {
    userId: string('Your id of the minor.'),
    ...miniProgram,
    requestedAt: time('When the minor was asked.'),
  },
  { title: 'GuardianRequestSummary' },
)

const ReceiptEntrySchema = Type.Object(
  {
    receiptId: string('Identifies the receipt.'),
    appId: string('The mini program.'),
    event: string(
      '`granted`, `partial`, `refused`, `changed`, `renewed`, `withdrawn` or `expired`.',
    ),
    at: time('When.'),
    document: string(
      'A JWS (RFC 7515) over an ISO/IEC TS 27560 record. Its keys are at `/oauth2/jwks`.',
    ),
  },
  { title: 'ReceiptEntry' },
)

/** Every value that is not known is an empty text. */
const OpenUserInfoSchema = Type.Object(
  {
    code: Type.Literal('10000'),
    msg: Type.Literal('Success'),
    avatar: string('The URL of the picture. It may be empty.'),
    nickName: string('The nickname. It may be empty.'),
    gender: oneOf(['m', 'f', ''], 'It may be empty.'),
    countryCode: string('The nationality, ISO 3166-1 alpha-2. It may be empty.'),
    province: string('Empty.'),
    city: string('Empty.'),
  },
  { title: 'OpenUserInfo', description: 'What `my.getOpenUserInfo` returns.' },
)

const decided = [GrantedReplySchema, NotGrantedReplySchema, GuardianApprovalReplySchema] as const
const EMPTY = Type.Object({})

/** The replies that each operation can have. */
export const WALLET_API_REPLIES = {
  consult: [GrantedReplySchema, ConsentRequiredReplySchema, RedirectReplySchema],
  reject: [RedirectReplySchema],
  decide: decided,
  complete: decided,
  grants: [
    Type.Object({
      grants: Type.Array(GrantSummarySchema, {
        description: 'Mini programs with access, also to scopes without a prompt.',
      }),
      withdrawn: Type.Array(WithdrawnGrantSummarySchema, {
        description: 'Mini programs without access.',
      }),
    }),
  ],
  revoke: [
    Type.Object({
      sequence: Type.Integer({ description: 'The line of the change in the revocation log.' }),
    }),
  ],
  profile: [Type.Object({ profile: OpenUserInfoSchema })],
  settings: [
    Type.Object({
      authSetting: dictionary(Type.Boolean(), {
        description: 'Each scope that was requested before, with whether it is granted now.',
      }),
    }),
  ],
  accessLog: [
    Type.Object({
      accessLog: Type.Array(AccessLogEntrySchema, { description: 'What was read, latest first.' }),
    }),
  ],
  receipts: [
    Type.Object({
      receipts: Type.Array(ReceiptEntrySchema, {
        description: "Signed records of the user's decisions, latest first.",
      }),
    }),
  ],
  clearDenials: [EMPTY],
  createPrivacyLink: [
    Type.Object({
      url: string('Open it in a web view, a frame or a browser. It works once.'),
      expiresAt: time('The link works until then: one minute.'),
    }),
  ],
  guardianRequests: [
    Type.Object({
      guardianRequests: Type.Array(GuardianRequestSummarySchema, {
        description: 'The requests of minors that wait for the guardian.',
      }),
    }),
  ],
  openGuardianRequest: [ConsentRequiredReplySchema, GuardianApprovalReplySchema],
} as const satisfies Record<WalletOperation, readonly TSchema[]>
