/**
 * @module Records of images: icons of mini programs and logos of wallets. The id is the SHA-256 of the bytes, so that equal images are one
 * record, and a record never changes.
 */
import { createHash } from 'node:crypto'
import Type from 'typebox'
import { readImage } from '../../config/appearance/images.ts'
import { closed, oneOf } from '../../config/schema/fields.ts'
import type { RecordDocument, Reference } from '../../engine/store/registry.ts'
import type { Image } from '../../http/html/theme-types.ts'
import { defineRecordType, pointsTo, type RecordType } from './record-type.ts'

export const ImageDocumentSchema = closed(
  {
    type: oneOf(['image/png', 'image/jpeg', 'image/webp', 'image/svg+xml']),
    data: Type.String({ description: 'The bytes in base64.' }),
  },
  { description: 'An icon or a logo.' },
)

export type ImageDocument = { readonly type: string; readonly data: string }

export const IMAGE: RecordType = defineRecordType<ImageDocument>({
  kind: 'image',
  label: 'image',
  schema: ImageDocumentSchema,
  idMember: '',
  references: () => [],
})

/** How documents name an image: `sha256-` and its id. */
export const IMAGE_NAME_PATTERN = '^sha256-[0-9a-f]{64}$'

const PREFIX = 'sha256-'

/** @returns the id of the image; `undefined` for the URL of an icon */
export function imageIdOf(name: string | undefined): string | undefined {
  return name?.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined
}

export function imageReferences(name: string | undefined): readonly Reference[] {
  const id = imageIdOf(name)
  return id === undefined ? [] : [pointsTo('image', id)]
}

/** An image of a file. It is read again when its document is needed: all of them would not fit into memory. */
export type DeclaredImage = { readonly id: string; readonly read: () => RecordDocument }

/** @throws {Error} when the image cannot be used */
export function declareImage(source: string, folder: string, maxBytes: number): DeclaredImage {
  const id = idOf(readImage(source, folder, maxBytes))
  return {
    id,
    read() {
      const image = readImage(source, folder, maxBytes)
      if (idOf(image) !== id)
        throw new Error(`The image ${source} was changed meanwhile. Run the command again.`)
      return { type: image.type, data: image.bytes.toString('base64') }
    },
  }
}

export function nameOfImage({ id }: DeclaredImage): string {
  return PREFIX + id
}

function idOf({ bytes }: Image): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The image as files contain it. */
export function toDataUri(document: RecordDocument): string {
  const { type, data } = document as ImageDocument
  return `data:${type};base64,${data}`
}

/** Bytes of the image. */
export function imageSize(document: RecordDocument): number {
  return Buffer.from((document as ImageDocument).data, 'base64').length
}
