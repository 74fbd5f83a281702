/**
 * @module `assent funnel`: prints how users decided on consent prompts, summed over nodes.
 */
import { funnelTable } from '../../http/management/consent-funnel.ts'
import { defineCommand, print } from '../command.ts'
import { orUsageError, UsageError } from '../usage-error.ts'

export const funnel = defineCommand({
  name: 'funnel',
  usages: [
    {
      syntax: 'funnel --url NODE [--url NODE…]',
      help: 'Prints how many consent prompts were requested, viewed, granted, declined and dismissed.',
    },
  ],
  options: {
    url: {
      type: 'string',
      multiple: true,
      help: 'The address of the metrics of a node, such as http://127.0.0.1:9464. Repeat it for each node.',
    },
  },
  async run({ url = [] }) {
    if (url.length === 0)
      throw new UsageError(
        '--url must be the address of the metrics of a node (listen.metrics). Repeat it for each node.',
      )
    const texts = await Promise.all(
      url.map((node) =>
        orUsageError(`The metrics of ${node} cannot be read`, () => fetchMetrics(node)),
      ),
    )
    print(funnelTable(texts))
  },
})

async function fetchMetrics(node: string): Promise<string> {
  const response = await fetch(new URL('/metrics', node))
  if (!response.ok) throw new Error(`/metrics responded with status ${response.status}`)
  return response.text()
}
