/**
 * @module A minimal HTTP client with one persistent connection and one request at a time. A general client (undici) uses half as much
 * CPU as the server under test. On the same two cores, the benchmark would measure the client.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { HTTPParser } from 'http-parser-js'

export type Request = {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type HttpResponse = {
  readonly status: number
  /** Alternating names and values, as received. */
  readonly headers: readonly string[]
  readonly body: string
}

export class HttpClient {
  readonly #url: URL
  #connection: Connection | undefined

  constructor(url: string) {
    this.#url = new URL(url)
  }

  /**
   * Connects and completes one request, because the operating system accepts connections before the server does.
   *
   * @throws {Error} when the connection is refused
   */
  async connect(): Promise<void> {
    const { host, hostname, port } = this.#url
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    await once(socket, 'connect')
    this.#connection = new Connection(socket)
    await this.#connection.send(`GET /healthz HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
  }

  /** Sends a POST request. @throws {Error} when the connection ends before the response */
  async send(request: Request): Promise<HttpResponse> {
    if (!this.#connection?.isOpen) await this.connect()
    return (this.#connection as Connection).send(serialize(request, this.#url.host))
  }

  close(): void {
    this.#connection?.close()
  }
}

function serialize({ path, headers, body }: Request, host: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = Buffer.byteLength(body)
  return `POST ${path} HTTP/1.1\r\nhost: ${host}\r\n${lines.join('')}content-length: ${length}\r\n\r\n${body}`
}

type PendingResponse = {
  readonly resolve: (response: HttpResponse) => void
  readonly reject: (error: Error) => void
}

class Connection {
  readonly #socket: Socket
  #pending: PendingResponse | undefined
  isOpen = true

  constructor(socket: Socket) {
    this.#socket = socket
    const parser = this.#parser()
    socket.on('data', (bytes) => {
      const result = parser.execute(bytes)
      if (result instanceof Error) socket.destroy(result)
    })
    socket.on('error', (error) => this.#end(error))
    socket.on('close', () => this.#end(new Error('The connection ended before the response.')))
  }

  send(text: string): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject }
      this.#socket.write(text)
    })
  }

  close(): void {
    this.isOpen = false
    this.#socket.destroy()
  }

  #end(error: Error): void {
    this.isOpen = false
    this.#pending?.reject(error)
    this.#pending = undefined
  }

  #parser(): InstanceType<typeof HTTPParser> {
    const parser = new HTTPParser(HTTPParser.RESPONSE)
    let head: { status: number; headers: readonly string[]; isPersistent: boolean }
    let chunks: Buffer[] = []
    parser[HTTPParser.kOnHeadersComplete] = ({ statusCode, headers, shouldKeepAlive }) => {
      head = { status: statusCode, headers, isPersistent: shouldKeepAlive }
    }
    parser[HTTPParser.kOnBody] = (chunk, offset, length) => {
      chunks.push(chunk.subarray(offset, offset + length))
    }
    parser[HTTPParser.kOnMessageComplete] = () => {
      const { status, headers, isPersistent } = head
      const body = Buffer.concat(chunks).toString()
      const pending = this.#pending
      chunks = []
      this.#pending = undefined
      if (!isPersistent) this.close()
      pending?.resolve({ status, headers, body })
    }
    return parser
  }
}
