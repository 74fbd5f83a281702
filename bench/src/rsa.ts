/**
 * @module Verifies and signs messages in the baselines, without any code of Assent.
 */
import { type KeyObject, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { FastifyRequest } from 'fastify'

const signAsync = promisify(sign) as (
  algorithm: string,
  data: Buffer,
  key: KeyObject,
) => Promise<Buffer>

/** @throws {Error} when the client's signature is invalid */
export function verifyBody(request: FastifyRequest, clientKey: KeyObject): void {
  const { 'client-id': clientId, 'request-time': time, signature } = request.headers
  const base64 = decodeURIComponent(String(signature).split('signature=')[1] ?? '')
  const prefix = Buffer.from(`POST ${request.url}\n${clientId}.${time}.`)
  const message = Buffer.concat([prefix, request.body as Buffer])
  if (!verify('sha256', message, clientKey, Buffer.from(base64, 'base64')))
    throw new Error('The signature is invalid.')
}

/** @returns base64 */
export async function signBody(body: string, key: KeyObject): Promise<string> {
  return (await signAsync('sha256', Buffer.from(body), key)).toString('base64')
}
