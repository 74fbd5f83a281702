/**
 * @module The port through which notifications leave: a POST to an address that a client registered.
 */

export interface WebhookClient {
  /** @throws {Error} when no response arrives; the message contains nothing that was received */
  post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    timeoutMilliseconds?: number,
  ): Promise<{ readonly status: number; readonly body: string }>
}
