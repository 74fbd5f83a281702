/**
 * @module The consent funnel: how many consent prompts were requested, seen, allowed and denied, by mini program and scope. A count is
 * published only when enough different users contributed to it (k-anonymity).
 */
import { createHash } from 'node:crypto'
import type { ConsentFunnel, FunnelStep } from '../../engine/ports.ts'
import { userKey } from '../../engine/records.ts'

export type FunnelCount = {
  readonly step: FunnelStep
  readonly appId: string
  readonly scope: string
  readonly count: number
}

export interface RunningFunnel extends ConsentFunnel {
  /** The counts that enough users contributed to. */
  counts(): readonly FunnelCount[]
}

/** The smallest number of different users behind a published count. */
export const MIN_PEOPLE = 10
/** Bounds the memory. The mini programs and scopes of a registry are far fewer. */
const MAX_CELLS = 10_000

type Cell = Omit<FunnelCount, 'count'> & {
  count: number
  /** Hashes of the users that were counted. `undefined` once there are enough. */
  people: Set<string> | undefined
}

export function createConsentFunnel(minPeople: number = MIN_PEOPLE): RunningFunnel {
  const cells = new Map<string, Cell>()

  function cellOf(step: FunnelStep, appId: string, scope: string): Cell | undefined {
    const key = `${step} ${appId} ${scope}`
    const existing = cells.get(key)
    if (existing || cells.size >= MAX_CELLS) return existing
    const cell: Cell = { step, appId, scope, count: 0, people: new Set() }
    cells.set(key, cell)
    return cell
  }

  return {
    count(step, { appId, user, scopes }) {
      for (const scope of scopes) {
        const cell = cellOf(step, appId, scope)
        if (!cell) continue
        cell.count++
        cell.people?.add(createHash('sha256').update(userKey(user)).digest('base64url'))
        if (cell.people && cell.people.size >= minPeople) cell.people = undefined
      }
    },
    counts: () =>
      [...cells.values()]
        .filter(({ people }) => people === undefined)
        .map(({ people: _people, ...cell }) => cell),
  }
}

/** Sums up the metrics of several nodes, and formats them as a table. @param metrics the text of `/metrics` of each node */
export function funnelTable(metrics: readonly string[]): string {
  const rows = new Map<string, Partial<Record<FunnelStep, number>>>()
  for (const [, labels = '', value = '0'] of metrics.flatMap((text) => [...text.matchAll(LINE)])) {
    const {
      step,
      mini_program: app,
      scope,
    } = Object.fromEntries(
      [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, text]) => [name, text]),
    ) as { step: FunnelStep; mini_program: string; scope: string }
    const row = rows.get(`${app}\t${scope}`) ?? {}
    row[step] = (row[step] ?? 0) + Number(value)
    rows.set(`${app}\t${scope}`, row)
  }
  const lines = [...rows]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, row]) => {
      const counts = STEPS.map((step) => row[step] ?? `<${MIN_PEOPLE}`)
      const { seen, granted } = row
      const share = seen && granted ? `${Math.round((granted / seen) * 100)} %` : '–'
      return [name, ...counts, share].join('\t')
    })
  return [['mini program', 'scope', ...STEPS, 'granted of seen'].join('\t'), ...lines].join('\n')
}

const STEPS = ['asked', 'seen', 'granted', 'refused', 'dismissed'] as const satisfies FunnelStep[]
const LINE = /^assent_consent_prompts_total\{([^}]*)\} (\d+)$/gm
