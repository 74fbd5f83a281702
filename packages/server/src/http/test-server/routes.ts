/**
 * @module The control API of the test server, `/test-server/…`: plain JSON on the loopback interface, for tests in any language.
 * @see docs/mini-programs.md#test-server
 */
import { ERRORS, type ErrorCode, parseScopes } from '@assent/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { consult } from '../../engine/consent/consult.ts'
import { completeConsent, decideConsent } from '../../engine/consent/decide.ts'
import { AssentError } from '../../engine/errors.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import { revokeGrant } from '../../engine/tokens/revoke.ts'
import { resetDenials } from '../../engine/users/grant-overview.ts'
import { invalidParameter } from '../request-schema.ts'
import { TEST_SERVER_ENDPOINTS } from './endpoints.ts'
import { codeRequest, failRequest, forgetRequest, timeRequest } from './requests.ts'

export type TestServerControls = {
  readonly clientSecret: string | undefined
  readonly users: readonly { readonly userId: string; readonly about: string }[]
  clock(): number
  advance(seconds: number): void
  failNext(cause: ErrorCode, times: number): void
}

export type TestMiniProgram = {
  readonly appId: string
  readonly name: string
  readonly scopes: readonly string[]
}

export type TestServerOptions = {
  readonly ports: Ports
  readonly testServer: TestServerControls
  /** Those of its configuration, which the overview lists. */
  readonly miniPrograms: () => Promise<readonly TestMiniProgram[]>
}

/** The result that `my.getAuthCode` would return to the page. */
export type TestServerCodeResult =
  | {
      readonly authCode: string
      readonly authSuccessScopes: readonly string[]
      readonly authErrorScopes: Readonly<Record<string, string>>
    }
  | { readonly cause: string; readonly authErrorScopes: Readonly<Record<string, string>> }

type ControlRequest = FastifyRequest<{ Body: Record<string, unknown> }>

export async function testServerRoutes(
  app: FastifyInstance,
  { ports, testServer, miniPrograms }: TestServerOptions,
): Promise<void> {
  const now = (): number => testServer.clock()
  const [walletId = ''] = ports.registry.wallets.keys()

  app.get(TEST_SERVER_ENDPOINTS.overview.path, async () => ({
    now: now(),
    users: testServer.users.map(({ userId, about }) => ({ userId, about })),
    miniPrograms: await miniPrograms(),
    causes: Object.keys(ERRORS),
    ...(testServer.clientSecret !== undefined && { clientSecret: testServer.clientSecret }),
  }))

  app.post(TEST_SERVER_ENDPOINTS.time.path, async ({ body }: ControlRequest) => {
    testServer.advance(timeRequest(body).advanceSeconds)
    return { now: now() }
  })

  app.post(TEST_SERVER_ENDPOINTS.fail.path, async ({ body }: ControlRequest) => {
    const { cause, times = 1 } = failRequest(body)
    if (!Object.hasOwn(ERRORS, cause))
      throw new AssentError('PARAM_ILLEGAL', {
        detail: 'The member cause must be one of the causes that GET /test-server lists.',
      })
    testServer.failNext(cause as ErrorCode, times)
    return {}
  })

  app.post(TEST_SERVER_ENDPOINTS.code.path, async ({ body }: ControlRequest) => {
    const { userId, ...request } = codeRequest(body)
    const scopes = parseScopes(request.scopes)
    if (!scopes) throw invalidParameter('scopes')
    return getAuthCode(ports, { user: { walletId, userId }, ...request, scopes }, now())
  })

  app.post(TEST_SERVER_ENDPOINTS.forget.path, async ({ body }: ControlRequest) => {
    const { userId, appId } = forgetRequest(body)
    await forget(ports, { user: { walletId, userId }, appId }, now())
    return {}
  })

  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof AssentError)
      return reply.code(400).send({ cause: error.code, detail: error.detail })
    return reply.code(error.statusCode ?? 500).send({ cause: 'INTERNAL', detail: error.message })
  })
}

/** Requests consent, decides for the user, and returns the result that the page would get. */
export async function getAuthCode(
  ports: Ports,
  input: {
    readonly user: { readonly walletId: string; readonly userId: string }
    readonly appId: string
    readonly scopes: NonNullable<ReturnType<typeof parseScopes>>
    /** The scopes that the user allows. */
    readonly granted: readonly string[]
  },
  now: number,
): Promise<TestServerCodeResult> {
  const { user, appId, scopes, granted } = input
  try {
    const query = { appId, scopes }
    const consultation = await consult(ports, { user, query, presence: 'prepared' }, now)
    if (consultation.kind === 'granted') return codeOf(consultation)
    const { consentRequestId, sheet, sheetHash } = consultation
    const offered = sheet.scopes.map(({ scope }) => scope)
    const allowed = granted.filter((scope) => offered.includes(scope))
    await decideConsent(ports, { consentRequestId, sheetHash, granted: allowed }, now)
    const completion = await completeConsent(ports, { consentRequestId, user }, now)
    if (completion.kind === 'granted') return codeOf(completion)
    const authErrorScopes = 'authErrorScopes' in completion ? completion.authErrorScopes : {}
    return { cause: 'USER_DECLINED', authErrorScopes }
  } catch (error) {
    if (!(error instanceof AssentError)) throw error
    return { cause: error.code, authErrorScopes: error.authErrorScopes ?? {} }
  }
}

/** Resets the user's consent: revokes the grant and clears all denials. */
export async function forget(
  ports: Ports,
  target: {
    readonly user: { readonly walletId: string; readonly userId: string }
    readonly appId: string
  },
  now: number,
): Promise<void> {
  await revokeGrant(ports, target, now)
  await resetDenials(ports, target, now)
}

function codeOf({
  authCode,
  authSuccessScopes,
  authErrorScopes,
}: Extract<TestServerCodeResult, { authCode: string }>): TestServerCodeResult {
  return { authCode, authSuccessScopes, authErrorScopes }
}
