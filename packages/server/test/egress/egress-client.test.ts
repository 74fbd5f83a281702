/**
 * @module The egress client: it reaches public addresses only, follows no redirects and limits the size of a response.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createEgressClient } from '../../src/egress/egress-client.ts'

describe(createEgressClient, () => {
  it.each([
    'https://127.0.0.1/',
    'https://localhost/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://10.1.2.3/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://127.255.255.254/',
    'https://0/',
    'https://0.1.2.3/',
    'https://10.0.0.1./',
    'https://172.31.255.255/',
    'https://192.0.0.1/',
    'https://192.0.2.1/',
    'https://198.18.0.1/',
    'https://198.51.100.1/',
    'https://203.0.113.1/',
    'https://240.0.0.1/',
    'https://100.100.100.200/latest/meta-data',
    'https://0xa9fea9fe/',
    'https://2852039166/',
    'https://[::]/',
    'https://[fd00:ec2::254]/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
    'https://[::ffff:169.254.169.254]/',
    'https://[::ffff:a00:1]/',
    'https://[::127.0.0.1]/',
    'https://[::7f00:1]/',
    'https://168.63.129.16/',
    'https://0xa83f8110/',
    'https://[fec0::1]/',
    'https://[2606:4700::5efe:7f00:1]/',
  ])('rejects the address that is not public in %s', async (url) => {
    const egress = createEgressClient({ allowPrivate: false })
    await expect(egress.post(url, {}, '{}')).rejects.toThrow(/public/)
    await egress.close()
  })

  it('follows no redirects, and rejects a response that is too long', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/long') response.end('x'.repeat(100_000))
      else response.writeHead(307, { location: '/long' }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const egress = createEgressClient({ allowPrivate: true })
    expect((await egress.post(`${url}/`, {}, '{}')).status).toBe(307)
    await expect(egress.post(`${url}/long`, {}, '{}')).rejects.toThrow(
      'The response is longer than 64 KB.',
    )
    await egress.close()
    server.closeAllConnections()
    server.close()
  })
})
