/**
 * @module A merchant's server that is told of events, and does with them what a test wants.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createNotificationReceiver, type Notification } from '@assent/merchant'
import { CLIENT_ID, type TestServer } from './server.ts'

export type Mood = 'well' | 'fails' | 'hangs up' | 'is late' | 'forgets to say so' | 'hangs'

export type Receiver = {
  readonly url: string
  /** Every request that came, with its event's id, in the order of arrival. */
  readonly came: { readonly eventId: string; readonly at: number; readonly body: string }[]
  /** Every event that was acted on, in that order. */
  readonly acted: Notification[]
  /** What it does with the next request. */
  mood: () => Mood
  /** Whose key verifies. Set when the platform is there. */
  listenTo(server: Pick<TestServer, 'platformKey'>, clientId?: string): void
  restart(milliseconds: number): Promise<void>
  close(): Promise<void>
}

const LATE_MILLISECONDS = 300

export async function startReceiver(): Promise<Receiver> {
  let port = 0
  let http: Server | undefined
  let receive: ReturnType<typeof createNotificationReceiver>['receive'] | undefined

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const { eventId } = JSON.parse(body.toString()) as Notification
    receiver.came.push({ eventId, at: performance.now(), body: body.toString() })
    const mood = receiver.mood()
    if (mood === 'hangs') return
    if (mood === 'hangs up') return void response.destroy()
    if (mood === 'fails') return void response.writeHead(500).end()
    if (mood === 'is late') await new Promise((resolve) => setTimeout(resolve, LATE_MILLISECONDS))
    const answered = await receive?.({ path: request.url ?? '', headers: request.headers, body })
    if (mood === 'forgets to say so') return void response.writeHead(200).end('ok')
    response.writeHead(answered?.status ?? 500).end(answered?.body)
  }

  async function listen(): Promise<void> {
    const server = createServer((request, response) => {
      take(request, response).catch(() => response.destroy())
    })
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
    http = server
  }

  async function stop(): Promise<void> {
    const stopping = http
    http = undefined
    stopping?.closeAllConnections()
    await new Promise((resolve) => stopping?.close(resolve) ?? resolve(undefined))
  }

  await listen()
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/assent?shop=1`,
    came: [],
    acted: [],
    mood: () => 'well',
    listenTo({ platformKey }, clientId = CLIENT_ID) {
      receive = createNotificationReceiver({
        platformKeys: platformKey,
        clientId,
        onEvent: (event) => void receiver.acted.push(event),
      }).receive
    },
    async restart(milliseconds) {
      await stop()
      await new Promise((resolve) => setTimeout(resolve, milliseconds))
      await listen()
    },
    close: stop,
  }
  return receiver
}
