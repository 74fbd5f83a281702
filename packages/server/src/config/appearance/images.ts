/**
 * @module Reads images: icons of mini programs and logos of wallets. They are files, or `data:` URIs.
 */
import { extname, resolve } from 'node:path'
import { imageDimensionsFromData } from 'image-dimensions'
import type { Image } from '../../http/html/theme-types.ts'
import { readBoundedFile } from '../bounded-file.ts'

export const MAX_ICON_BYTES = 256 * 1024
export const MAX_LOGO_BYTES = 8 * 1024

/** Larger images only cost memory on phones: icons are shown at 48 pixels. */
const MAX_SIDE_PIXELS = 2048

const IMAGE_FORMATS: Readonly<Record<string, string>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
  '.svg': 'svg+xml',
}

/**
 * @param source the path of a file, or a `data:` URI with base64 ([RFC 2397](https://www.rfc-editor.org/rfc/rfc2397.html))
 * @param folder the folder in which relative paths start
 * @throws {Error} whose message is a predicate about the image, such as `does not exist: …`
 */
export function readImage(source: string, folder: string, maxBytes: number): Image {
  return isDataUri(source)
    ? readDataUri(source, maxBytes)
    : readImageFile(resolve(folder, source), maxBytes)
}

/** Whether an icon is at an address of its own, and neither a file nor a `data:` URI. */
export function isUrl(icon: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(icon) && !isDataUri(icon)
}

export function isDataUri(source: string): boolean {
  return /^data:/i.test(source)
}

function readImageFile(path: string, maxBytes: number): Image {
  const format = IMAGE_FORMATS[extname(path).toLowerCase()]
  if (format === undefined) throw new Error(`must be a png, jpg, webp or svg file, but is ${path}`)
  return checkImage(path, readBoundedFile(path, maxBytes), format)
}

const DATA_URI = /^data:image\/(png|jpeg|webp|svg\+xml);base64,([A-Za-z0-9+/]+={0,2})$/i

function readDataUri(uri: string, maxBytes: number): Image {
  const [, format = '', base64 = ''] = DATA_URI.exec(uri) ?? []
  if (format === '')
    throw new Error(
      'must be data:image/TYPE;base64,… with the type png, jpeg, webp or svg+xml, but is another data: URI',
    )
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length > maxBytes)
    throw new Error(
      `has ${Math.ceil(bytes.length / 1024)} KB: it must not exceed ${Math.floor(maxBytes / 1024)} KB`,
    )
  return checkImage('the data: URI', bytes, format.toLowerCase())
}

/** @param name what the messages call the image */
function checkImage(name: string, bytes: Buffer, format: string): Image {
  if (format === 'svg+xml') checkDrawing(name, bytes.toString('utf8'))
  else checkPixels(name, bytes, format)
  return { type: `image/${format}`, bytes }
}

function checkPixels(path: string, bytes: Buffer, format: string): void {
  const { width, height, type } = readDimensions(bytes) ?? { width: 0, height: 0, type: undefined }
  if (type !== format)
    throw new Error(
      `is no ${format} image, but ${type ?? 'damaged or of another format'}: ${path}. Save it as ${format}, or rename it`,
    )
  if (width === 0 || height === 0 || Math.max(width, height) > MAX_SIDE_PIXELS)
    throw new Error(
      `has ${width} × ${height} pixels: ${path}. Save it with at most ${MAX_SIDE_PIXELS} × ${MAX_SIDE_PIXELS}`,
    )
}

/** A damaged image may end before its dimensions. */
function readDimensions(bytes: Buffer): ReturnType<typeof imageDimensionsFromData> {
  try {
    return imageDimensionsFromData(bytes)
  } catch {
    return undefined
  }
}

/** What a drawing of its own does not need: scripts, elements of HTML, and anything from other addresses. */
const ACTIVE_CONTENT = new RegExp(
  [
    /<!DOCTYPE|<!ENTITY|<\?xml-stylesheet/,
    /<\s*(?:[^\s<>/:]+:)?(?:script|foreignObject|iframe|object|embed|handler|meta|link|base)\b/,
    // A character reference can hide a letter of a name.
    /xmlns(?::[^\s=]+)?\s*=\s*(?:"[^"]*?|'[^']*?)(?:xhtml|&)/,
    /attributeName\s*=\s*(?:"[^"]*?|'[^']*?)(?:href|&)/,
    /\son[a-z]+\s*=|javascript:/,
    /(?:href|src)\s*=\s*["']?\s*(?!["']?(?:#|data:image\/(?:png|jpeg|webp)))[^\s"'>]/,
    /url\(\s*["']?(?!#)|@import/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
)

/** Another encoding would hide what the drawing contains: it is read as UTF-8 here. */
const SVG_START =
  /^\uFEFF?\s*(?:<\?xml(?:(?!encoding)[^>])*(?:encoding\s*=\s*["']utf-8["'][^>]*)?\?>\s*)?(?:<!--[\s\S]*?-->\s*)*<svg[\s>]/i

function checkDrawing(path: string, text: string): void {
  if (!SVG_START.test(text))
    throw new Error(`is no svg image: ${path}. Export it as plain SVG in UTF-8`)
  const found = ACTIVE_CONTENT.exec(text)?.[0].trim()
  if (found !== undefined)
    throw new Error(
      `contains “${found}”: ${path}. Export it as plain SVG, without scripts, styles from elsewhere and links`,
    )
}
