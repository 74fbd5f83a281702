/**
 * @module The test server for developers: test users of every kind, a clock that can be advanced, and every error on demand. Its
 * keys, store and users are its own (config/test-server-config.ts).
 * @see docs/mini-programs.md#test-server
 */
import type { ErrorCode } from '@assent/protocol'
import { LOCALES } from '../../engine/consent/prompt.ts'
import type { Directory, DirectoryUser } from '../../engine/ports/directory.ts'

export type TestUser = DirectoryUser & { readonly userId: string; readonly about: string }

export interface TestServer {
  /** The secret of every OAuth client with a secret. Absent: clients have those of the configuration. */
  readonly clientSecret: string | undefined
  /** In the order in which the overview lists them. */
  readonly users: readonly TestUser[]
  /** Epoch seconds: the real time plus everything that was advanced. */
  clock(): number
  /** Epoch seconds: the real time, by which clients sign their requests. */
  realTime(): number
  advance(seconds: number): void
  /** Makes the next calls of the signed APIs fail with this error. */
  failNext(cause: ErrorCode, times: number): void
  /** The error that the current call must fail with. */
  nextFault(): ErrorCode | undefined
  /** Adds the test users to a directory. */
  withTestUsers(directory: Directory): Directory
}

const YEAR_SECONDS = 31_556_952
const GUARDIAN = 'test-en-adult'

/** @param clientSecret what the overview lists as the secret of OAuth clients */
export function createTestServer(now: () => number, clientSecret?: string): TestServer {
  let advancedSeconds = 0
  let faults: ErrorCode[] = []
  const users = usersAt(now())
  const byId = new Map(users.map(({ userId, about: _about, ...user }) => [userId, user]))
  return {
    clientSecret,
    users,
    clock: () => now() + advancedSeconds,
    realTime: now,
    advance(seconds) {
      advancedSeconds += seconds
    },
    failNext(cause, times) {
      faults = Array.from({ length: times }, () => cause)
    },
    nextFault: () => faults.pop(),
    withTestUsers: (directory) => ({
      findUser: async (user) => byId.get(user.userId) ?? directory.findUser(user),
    }),
  }
}

/** One adult for each language, and in English one user for each age and status with its own rules. */
function usersAt(now: number): readonly TestUser[] {
  const born = (years: number, days = 0): string =>
    new Date((now - years * YEAR_SECONDS + days * 86_400) * 1000).toISOString().slice(0, 10)
  const adults = LOCALES.map((locale) => ({
    ...PERSON,
    userId: `test-${locale}-adult`,
    about: `an adult who reads ${locale}`,
    birthDate: born(35),
    locale,
  }))
  return [
    ...adults,
    {
      ...PERSON,
      userId: 'test-en-minor',
      about: `12 years old, whose guardian ${GUARDIAN} decides`,
      birthDate: born(12),
      guardianId: GUARDIAN,
    },
    { ...PERSON, userId: 'test-en-17', about: 'turns 18 in a week', birthDate: born(18, 7) },
    { ...PERSON, userId: 'test-en-18', about: 'turned 18 a week ago', birthDate: born(18, -7) },
    { ...PERSON, userId: 'test-en-frozen', about: 'frozen', status: 'FROZEN', birthDate: born(40) },
    { status: 'ACTIVE', userId: 'test-en-bare', about: 'without any profile data', locale: 'en' },
  ]
}

const PERSON = {
  status: 'ACTIVE',
  nickName: 'Test',
  userName: { fullName: 'Test User', firstName: 'Test', lastName: 'User' },
  gender: 'UNKNOWN',
  nationality: 'PH',
  mobilePhone: '+639170000000',
  email: 'test@wallet.example',
  address: '1 Test Street, Manila',
  shippingAddress: '1 Test Street, Manila',
  city: 'Manila',
  kycStatus: 'VERIFIED',
  relayPhone: '+639000000000',
  relayEmail: 'test@relay.wallet.example',
  locale: 'en',
} as const satisfies DirectoryUser
