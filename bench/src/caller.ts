/**
 * @module A caller of a load: one connection that is kept, one request at a time. A client for every purpose (undici) costs as much as
 * half of the node that it asks, on the same two cores: what was measured would be the load.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { HTTPParser } from 'http-parser-js'

export type Request = {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Answer = {
  readonly status: number
  /** Names and values in turn, as they were sent. */
  readonly headers: readonly string[]
  readonly body: string
}

export class Caller {
  readonly #url: URL
  #connection: Connection | undefined

  constructor(url: string) {
    this.#url = new URL(url)
  }

  /** Until the node itself has taken the connection, not only its system. @throws {Error} when nobody listens */
  async connect(): Promise<void> {
    const { host, hostname, port } = this.#url
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    await once(socket, 'connect')
    this.#connection = new Connection(socket)
    await this.#connection.ask(`GET /healthz HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
  }

  /** A POST. @throws {Error} when the connection ends before the answer */
  async ask(request: Request): Promise<Answer> {
    if (!this.#connection?.isOpen) await this.connect()
    return (this.#connection as Connection).ask(written(request, this.#url.host))
  }

  close(): void {
    this.#connection?.close()
  }
}

function written({ path, headers, body }: Request, host: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = Buffer.byteLength(body)
  return `POST ${path} HTTP/1.1\r\nhost: ${host}\r\n${lines.join('')}content-length: ${length}\r\n\r\n${body}`
}

type Waiting = {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

class Connection {
  readonly #socket: Socket
  #waiting: Waiting | undefined
  isOpen = true

  constructor(socket: Socket) {
    this.#socket = socket
    const parser = this.#parser()
    socket.on('data', (bytes) => {
      const failed = parser.execute(bytes)
      if (failed instanceof Error) socket.destroy(failed)
    })
    socket.on('error', (error) => this.#end(error))
    socket.on('close', () => this.#end(new Error('the connection has ended without an answer')))
  }

  ask(text: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.write(text)
    })
  }

  close(): void {
    this.isOpen = false
    this.#socket.destroy()
  }

  #end(error: Error): void {
    this.isOpen = false
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }

  #parser(): InstanceType<typeof HTTPParser> {
    const parser = new HTTPParser(HTTPParser.RESPONSE)
    let head: { status: number; headers: readonly string[]; keepsAlive: boolean }
    let chunks: Buffer[] = []
    parser[HTTPParser.kOnHeadersComplete] = ({ statusCode, headers, shouldKeepAlive }) => {
      head = { status: statusCode, headers, keepsAlive: shouldKeepAlive }
    }
    parser[HTTPParser.kOnBody] = (chunk, offset, length) => {
      chunks.push(chunk.subarray(offset, offset + length))
    }
    parser[HTTPParser.kOnMessageComplete] = () => {
      const { status, headers, keepsAlive } = head
      const body = Buffer.concat(chunks).toString()
      const waiting = this.#waiting
      chunks = []
      this.#waiting = undefined
      if (!keepsAlive) this.close()
      waiting?.resolve({ status, headers, body })
    }
    return parser
  }
}
