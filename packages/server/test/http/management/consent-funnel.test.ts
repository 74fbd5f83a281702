/**
 * @module The consent funnel: counts are published only when enough users contributed to them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createConsentFunnel,
  funnelTable,
  MIN_PEOPLE,
} from '../../../src/http/management/consent-funnel.ts'
import { openPromptPage } from '../../support/prompt-page.ts'
import {
  APP_ID,
  presentContext,
  startTestServer,
  type TestServer,
  testConfig,
  WALLET_ID,
  walletCall,
} from '../../support/server.ts'

describe(createConsentFunnel, () => {
  const of = (userId: string) => ({ appId: 'app', user: { walletId: 'w', userId }, scopes: ['a'] })

  it('publishes a count once enough different users contributed to it', () => {
    const funnel = createConsentFunnel(3)
    for (let n = 0; n < 100; n++) funnel.count('requested', of('one'))
    funnel.count('requested', of('two'))
    expect(funnel.counts()).toEqual([])
    funnel.count('requested', of('three'))
    expect(funnel.counts()).toEqual([{ step: 'requested', appId: 'app', scope: 'a', count: 102 }])
    funnel.count('granted', of('three'))
    expect(funnel.counts()).toHaveLength(1)
  })

  it('sums up the metrics of several nodes', () => {
    const node = (step: string, count: number) =>
      `# HELP x\nassent_consent_prompts_total{step="${step}",mini_program="kopi",scope="a"} ${count}\n`
    const table = funnelTable([node('viewed', 30) + node('granted', 20), node('viewed', 10)])
    expect(table.split('\n')[1]?.split('\t')).toEqual([
      'kopi',
      'a',
      '<10',
      '40',
      '20',
      '<10',
      '<10',
      '50 %',
    ])
  })
})

describe('/metrics', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer(testConfig())
  })
  afterAll(() => server.close())

  it('contains no count that too few users contributed to', async () => {
    const people = ['user-maria-5521', 'user-bare', 'tester', 'user-guardian']
    const names = [
      ...people,
      ...Array.from({ length: MIN_PEOPLE - people.length }, (_, n) => `user-${n}`),
    ]
    expect(names).toHaveLength(MIN_PEOPLE)
    let promptCount = 0
    for (const userId of names) {
      const consulted = await walletCall(server, 'consult', {
        appId: APP_ID,
        userId,
        scopes: ['auth_user'],
        context: presentContext(server.clock),
      })
      if (consulted['status'] !== 'CONSENT_REQUIRED') continue
      promptCount++
      const id = consulted['consentRequestId']
      await openPromptPage(`${server.url}/consent/${id}`)
      const { sheetHash } = consulted
      await walletCall(server, 'decide', { userId, consentRequestId: id, sheetHash, granted: [] })
    }
    // The directory has only four of these users, which is below the threshold.
    expect(promptCount).toBe(people.length)
    const metrics = await server.readMetrics()
    expect(metrics).toContain('# TYPE assent_consent_prompts_total counter')
    expect(metrics).not.toContain('assent_consent_prompts_total{')
    expect(metrics).not.toContain(WALLET_ID)
  })
})
