/**
 * @module One signature verified and one made for each call, with nothing around it.
 */
import { type KeyObject, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { FastifyRequest } from 'fastify'

const signAsync = promisify(sign) as (
  algorithm: string,
  data: Buffer,
  key: KeyObject,
) => Promise<Buffer>

/** @throws {Error} when the signature is not the caller's */
export function verifyBody(request: FastifyRequest, caller: KeyObject): void {
  const { 'client-id': clientId, 'request-time': time, signature } = request.headers
  const base64 = decodeURIComponent(String(signature).split('signature=')[1] ?? '')
  const prefix = Buffer.from(`POST ${request.url}\n${clientId}.${time}.`)
  const message = Buffer.concat([prefix, request.body as Buffer])
  if (!verify('sha256', message, caller, Buffer.from(base64, 'base64')))
    throw new Error('signature')
}

/** @returns base64 */
export async function signBody(answer: string, key: KeyObject): Promise<string> {
  return (await signAsync('sha256', Buffer.from(answer), key)).toString('base64')
}
