/**
 * @module The consent lab: a server for developers, with users of every kind, a clock that is moved, and every error on demand.
 * It runs on a store of its own and is never part of a server that serves people.
 */
import type { ErrorCode } from '@assent/protocol'
import { LOCALES } from '../../engine/consent/prompt.ts'
import type { Directory, DirectoryUser } from '../../engine/ports/directory.ts'

export type TestUser = DirectoryUser & { readonly userId: string; readonly about: string }

export interface TestServer {
  /** In the order in which they are listed. */
  readonly users: readonly TestUser[]
  /** Epoch seconds, from now on ahead of the real time by what was advanced. */
  clock(): number
  /** Epoch seconds, as everybody else has them. */
  realTime(): number
  advance(seconds: number): void
  /** The next calls of the signed APIs, so many, fail by this cause. */
  failNext(cause: ErrorCode, times: number): void
  /** The cause by which the call that is made now fails. */
  nextFault(): ErrorCode | undefined
  /** The lab's users, and beside them those of the wallet's own directory. */
  withTestUsers(directory: Directory): Directory
}

const YEAR_SECONDS = 31_556_952
const GUARDIAN = 'test-en-adult'

export function createTestServer(now: () => number): TestServer {
  let ahead = 0
  let faults: ErrorCode[] = []
  const users = usersAt(now())
  const byId = new Map(users.map(({ userId, about: _about, ...user }) => [userId, user]))
  return {
    users,
    clock: () => now() + ahead,
    realTime: now,
    advance(seconds) {
      ahead += seconds
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

/** One adult of each language, and of one language every age and state that matters. */
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
      about: `12 years old: ${GUARDIAN} decides`,
      birthDate: born(12),
      guardianId: GUARDIAN,
    },
    { ...PERSON, userId: 'test-en-17', about: '18 in a week', birthDate: born(18, 7) },
    { ...PERSON, userId: 'test-en-18', about: '18 since a week', birthDate: born(18, -7) },
    { ...PERSON, userId: 'test-en-frozen', about: 'frozen', status: 'FROZEN', birthDate: born(40) },
    { status: 'ACTIVE', userId: 'test-en-bare', about: 'of whom nothing is known', locale: 'en' },
  ]
}

const PERSON = {
  status: 'ACTIVE',
  nickName: 'Lab',
  userName: { fullName: 'Lab User', firstName: 'Lab', lastName: 'User' },
  gender: 'UNKNOWN',
  nationality: 'PH',
  mobilePhone: '+639170000000',
  email: 'lab@wallet.example',
  address: '1 Lab Street, Manila',
  shippingAddress: '1 Lab Street, Manila',
  city: 'Manila',
  kycStatus: 'VERIFIED',
  relayPhone: '+639000000000',
  relayEmail: 'lab@relay.wallet.example',
  locale: 'en',
} as const satisfies DirectoryUser
