/**
 * @module Images: icons of mini programs and logos of wallets. A request brings them as `data:` URIs, and gets their names.
 */
import { PLATFORM_ORGANIZATION } from '../../engine/admin/roles.ts'
import { ImageDocumentSchema, imageIdOf } from '../../registry/records/image.ts'
import { noSuchRecord } from '../call.ts'
import type { RowsOf } from '../row.ts'
import { recordView } from '../schemas.ts'
import { EXAMPLE_IMAGE } from './example-values.ts'

export const IMAGE_ROWS: RowsOf<'images.read'> = {
  'images.read': [
    {
      id: 'getImage',
      method: 'GET',
      path: '/images/{imageName}',
      summary: 'Read an image',
      description:
        'The icon of a mini program or the logo of a wallet, by the name that its record has. The name is a hash of the bytes, so an image never changes.',
      response: recordView('Image', ImageDocumentSchema.properties),
      hasVersion: true,
      problems: ['not-found'],
      example: { path: { imageName: `sha256-${EXAMPLE_IMAGE.id}` } },
      async read(call) {
        call.permit({ organization: PLATFORM_ORGANIZATION })
        const name = call.param('imageName')
        const record = await call.ports.store.readRecord('image', imageIdOf(name) ?? '')
        if (!record) throw noSuchRecord()
        const { document, version, owner } = record
        const links = { self: `/admin/v1/images/${name}` }
        return { body: { ...document, version, owner, links }, version }
      },
    },
  ],
}
