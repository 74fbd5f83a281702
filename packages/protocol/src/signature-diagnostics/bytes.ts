/**
 * @module Bytes and their text forms, without Node and DOM, so that the same diagnosis runs on the server and in a browser.
 */

type Encoder = { encode(text: string): Uint8Array }
type Decoder = { decode(bytes: Uint8Array): string }
/** Both are global in Node and in browsers ([Encoding Standard](https://encoding.spec.whatwg.org/)). */
declare const TextEncoder: new () => Encoder
declare const TextDecoder: new (label: string, options: { ignoreBOM: boolean }) => Decoder

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Bytes that are not UTF-8 become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

/** One byte for each code unit; of a code unit above 255 the low byte. */
export function encodeLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}

export function decodeLatin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

export function encodeUtf16(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length)
  for (let at = 0; at < text.length; at++) {
    bytes[2 * at] = text.charCodeAt(at)
    bytes[2 * at + 1] = text.charCodeAt(at) >> 8
  }
  return bytes
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

export function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second, third] = bytes.subarray(at, at + 3)
    text += BASE64.charAt(first >> 2)
    text += BASE64.charAt(((first & 3) << 4) | ((second ?? 0) >> 4))
    text += second === undefined ? '=' : BASE64.charAt(((second & 15) << 2) | ((third ?? 0) >> 6))
    text += third === undefined ? '=' : BASE64.charAt(third & 63)
  }
  return text
}

/** Reads both alphabets of RFC 4648, with or without padding. Other characters are left out. */
export function fromBase64(text: string): Uint8Array {
  const bytes: number[] = []
  let bits = 0
  let length = 0
  for (const character of text.replaceAll('-', '+').replaceAll('_', '/')) {
    const value = BASE64.indexOf(character)
    if (value < 0) continue
    bits = ((bits << 6) | value) & 0xffffff
    length += 6
    if (length < 8) continue
    length -= 8
    bytes.push((bits >> length) & 255)
  }
  return Uint8Array.from(bytes)
}
