/**
 * @module The pages of the site, in the order of the sidebar. Each page is in one section. A test says which page is missing.
 */

/** The four kinds of documentation, after https://diataxis.fr. */
export type Kind = 'Tutorials' | 'How-to guides' | 'Reference' | 'Explanations'

/** A page by its file in `docs`, with the short name that the sidebar has for it. */
export type Page = {
  readonly text: string
  readonly file: string
  /** Also lists the pages of the folder of this `README.md`, by name: generated pages such as the causes. */
  readonly withFolder?: true
}

export type Section = {
  readonly kind: Kind
  /** The reader whose job the how-to guides are about, or the subject of the reference. */
  readonly title: string
  readonly pages: readonly Page[]
}

export const NAVIGATION: readonly Section[] = [
  {
    kind: 'Tutorials',
    title: 'Tutorials',
    pages: [
      { text: 'All tutorials', file: 'tutorials/README.md' },
      { text: 'The first code', file: 'tutorials/first-code.md' },
      { text: 'Set up a trial', file: 'set-up/README.md' },
      { text: 'A wallet’s back end', file: 'set-up/wallet-back-end.md' },
      { text: 'A web host', file: 'set-up/web-host.md' },
      { text: 'An HTTP directory', file: 'set-up/http-directory.md' },
      { text: 'A merchant', file: 'set-up/merchant.md' },
      { text: 'Withdrawal and deletion', file: 'tutorials/withdrawal-and-deletion.md' },
      { text: 'An API behind the gateway', file: 'tutorials/api-behind-the-gateway.md' },
      { text: 'Production on PostgreSQL', file: 'tutorials/production-on-postgresql.md' },
    ],
  },
  {
    kind: 'How-to guides',
    title: 'Tasks',
    pages: [
      { text: 'All tasks', file: 'how-to/README.md' },
      { text: 'Read a failing signature', file: 'how-to/read-a-failing-signature.md' },
      { text: 'Rotate a merchant’s key', file: 'how-to/rotate-a-merchants-key.md' },
      { text: 'Why was a user not asked?', file: 'how-to/find-out-why-a-user-was-not-asked.md' },
      { text: 'Test with testers', file: 'how-to/test-with-testers.md' },
      { text: 'Add a scope', file: 'how-to/add-a-scope.md' },
      { text: 'Call the admin API', file: 'how-to/call-the-admin-api.md' },
      { text: 'Move to the registry', file: 'how-to/move-to-the-registry.md' },
    ],
  },
  {
    kind: 'How-to guides',
    title: 'Wallet engineers',
    pages: [
      { text: 'Connect a wallet', file: 'wallets.md' },
      { text: 'Android, iOS and React Native', file: 'native-hosts.md' },
      { text: 'Open your own APIs', file: 'gateway.md' },
    ],
  },
  {
    kind: 'How-to guides',
    title: 'Merchants',
    pages: [
      { text: 'Redeem codes, use tokens', file: 'merchants.md' },
      { text: 'Java, Python, Go and PHP', file: 'merchants-in-other-languages.md' },
      { text: 'Receive notifications', file: 'notifications.md' },
      { text: 'Signature playground', file: 'signature-playground.md' },
      { text: 'Verify the platform’s signatures', file: 'platform-signatures.md' },
      { text: 'Keep tokens in a store', file: 'token-stores.md' },
    ],
  },
  {
    kind: 'How-to guides',
    title: 'Mini program developers',
    pages: [{ text: 'Ask for authorization', file: 'mini-programs.md' }],
  },
  {
    kind: 'How-to guides',
    title: 'OAuth developers',
    pages: [
      { text: 'OAuth 2.1 and OpenID Connect', file: 'oauth.md' },
      { text: 'Conformance profiles', file: 'conformance.md' },
    ],
  },
  {
    kind: 'How-to guides',
    title: 'Operators',
    pages: [
      { text: 'Install a release', file: 'installing.md' },
      { text: 'Operate', file: 'operating.md' },
      { text: 'Upgrade', file: 'upgrading.md' },
      { text: 'The registry', file: 'registry.md' },
      { text: 'Administrators', file: 'administrators.md' },
      { text: 'Runbooks', file: 'runbooks.md' },
      { text: 'Emergencies', file: 'emergencies.md' },
    ],
  },
  {
    kind: 'How-to guides',
    title: 'Security and privacy officers',
    pages: [
      { text: 'Answers for officers', file: 'security-and-privacy.md' },
      { text: 'Consent rules', file: 'consent.md' },
    ],
  },
  {
    kind: 'Reference',
    title: 'APIs',
    pages: [
      { text: 'Wallet API', file: 'reference/wallet-api.md' },
      { text: 'Merchant API: messages', file: 'merchant-api.md' },
      { text: 'Merchant API: operations', file: 'reference/merchant-api.md' },
      { text: 'Host services', file: 'reference/host-services.md' },
      { text: 'Admin API', file: 'admin-api.md' },
      { text: 'Admin API: operations', file: 'reference/admin-api.md' },
      { text: 'Admin API: problems', file: 'problems/README.md', withFolder: true },
    ],
  },
  {
    kind: 'Reference',
    title: 'Settings, errors and words',
    pages: [
      { text: 'Contracts', file: 'contracts.md' },
      { text: 'assent.yaml', file: 'configuration.md' },
      { text: 'Errors', file: 'errors.md' },
      { text: 'Causes of JSAPI failures', file: 'causes/README.md', withFolder: true },
      { text: 'Glossary', file: 'glossary.md' },
    ],
  },
  {
    kind: 'Explanations',
    title: 'Explanations',
    pages: [
      { text: 'What holds, and why', file: 'explanations/README.md' },
      { text: 'Honest prompts', file: 'explanations/honest-prompts.md' },
      { text: 'Codes', file: 'explanations/codes.md' },
      { text: 'Receipts', file: 'explanations/receipts.md' },
      { text: 'Withdrawals', file: 'explanations/withdrawals.md' },
      { text: 'Stolen keys', file: 'explanations/stolen-keys.md' },
    ],
  },
]

export type Reader = {
  readonly title: string
  readonly job: string
  /** What to read, in this order. */
  readonly path: readonly string[]
}

/** The readers of the documentation, each with a way through it. */
export const READERS: readonly Reader[] = [
  {
    title: 'Wallet engineer',
    job: 'Show consent prompts in your wallet, and log users in to mini programs.',
    path: ['set-up/wallet-back-end.md', 'wallets.md', 'reference/wallet-api.md'],
  },
  {
    title: 'Merchant',
    job: 'Redeem codes, read what users allowed, and learn of withdrawals.',
    path: ['set-up/merchant.md', 'merchants.md', 'reference/merchant-api.md'],
  },
  {
    title: 'Mini program developer',
    job: 'Ask for scopes at the right moment, and handle every answer.',
    path: ['tutorials/first-code.md', 'mini-programs.md', 'causes/README.md'],
  },
  {
    title: 'OAuth developer',
    job: 'Use an OAuth or OpenID Connect library instead of signed messages.',
    path: ['oauth.md', 'conformance.md'],
  },
  {
    title: 'Operator',
    job: 'Run nodes on PostgreSQL, rotate keys, and keep a registry.',
    path: ['tutorials/production-on-postgresql.md', 'operating.md', 'runbooks.md'],
  },
  {
    title: 'Security and privacy officer',
    job: 'Know what users see, what is recorded, and what a withdrawal ends.',
    path: ['security-and-privacy.md', 'consent.md', 'explanations/README.md'],
  },
]
