/**
 * @module Reads the images that assent.yaml names as files: icons of mini programs and logos of wallets.
 */
import { extname } from 'node:path'
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

/** @throws {Error} whose message is a predicate about the path, such as `does not exist: …` */
export function readImage(path: string, maxBytes: number): Image {
  const format = IMAGE_FORMATS[extname(path).toLowerCase()]
  if (format === undefined) throw new Error(`must be a png, jpg, webp or svg file, but is ${path}`)
  const bytes = readBoundedFile(path, maxBytes)
  if (format === 'svg+xml') checkDrawing(path, bytes.toString('utf8'))
  else checkPixels(path, bytes, format)
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
