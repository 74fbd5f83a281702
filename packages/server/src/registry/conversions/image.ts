/**
 * @module Converts the document of an image to the image that this server serves.
 */
import type { RecordDocument } from '../../engine/store/registry.ts'
import type { Image } from '../../http/html/theme-types.ts'
import type { ImageDocument } from '../records/image.ts'

export function toImage(document: RecordDocument): Image {
  const { type, data } = document as ImageDocument
  return { type, bytes: Buffer.from(data, 'base64') }
}
