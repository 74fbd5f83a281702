/**
 * @module The files that assent.yaml names: what is wrong with a file is said with the line that names it.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../../src/config/load.ts'
import type { LoadedConfig } from '../../../src/config/loaded-config.ts'
import type { Image } from '../../../src/http/html/theme-types.ts'
import { toImage } from '../../../src/registry/conversions/image.ts'
import { recordsOf } from '../../../src/registry/records/declared-records.ts'
import { TEST_TESTER_NAMES } from '../../support/integrity.ts'
import { APP_ID, testConfig } from '../../support/server.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-images-'))
  const path = (name: string): string => join(folder, name)
  mkdirSync(path('folder.png'))
  symlinkSync('loop.png', path('loop.png'))
  for (const [name, bytes] of Object.entries(FILES)) writeFileSync(path(name), bytes)
  writeFileSync(path('huge.png'), png(1, 1))
  truncateSync(path('huge.png'), 60 * 1024 * 1024)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The start of a PNG file, which has its dimensions. */
function png(width: number, height: number): Buffer {
  const header = Buffer.from(
    '89504e470d0a1a0a0000000d494844520000000000000000080600000000000000',
    'hex',
  )
  header.writeUInt32BE(width, 16)
  header.writeUInt32BE(height, 20)
  return header
}

const svg = (content: string): string => `<svg xmlns="http://www.w3.org/2000/svg">${content}</svg>`

const FILES: Readonly<Record<string, Buffer | string>> = {
  'good.png': png(512, 512),
  'good.svg': `<?xml version="1.0"?>\n<!-- a square -->\n${svg('<rect width="9" height="9" fill="url(#a)"/><use href="#a"/>')}`,
  'metadata.svg': `<?xml version="1.0" encoding="utf-8" standalone="no"?>${svg('<metadata>Kopi</metadata><animate attributeName="x"/>')}`,
  'empty.png': '',
  'large.png': Buffer.concat([png(1, 1), Buffer.alloc(256 * 1024)]),
  'wide.png': png(2049, 16),
  'flat.png': png(16, 0),
  'cut.png': png(16, 16).subarray(0, 12),
  'renamed.jpg': png(16, 16),
  'renamed.png': svg(''),
  'text.svg': 'Kopi House',
  'page.svg': '<html><svg></svg></html>',
  'script.svg': svg('<script>alert(1)</script>'),
  'handler.svg': svg('<rect onload = "alert(1)"/>'),
  'link.svg': svg('<a href="https://evil.example"><rect/></a>'),
  'image.svg': svg('<image xlink:href="//evil.example/x.png"/>'),
  'style.svg': svg('<style>@import "https://evil.example/x.css"</style>'),
  'font.svg': svg('<style>rect{fill:url(https://evil.example/x)}</style>'),
  'entity.svg': `<!DOCTYPE svg [<!ENTITY a "b">]>${svg('&a;')}`,
  'foreign.svg': svg('<foreignObject><body/></foreignObject>'),
  'foreign-prefix.svg': svg('<x:foreignObject/>'),
  'refresh.svg': svg(
    '<meta xmlns="http://www.w3.org/1999/xhtml" http-equiv="refresh" content="0;url=//evil.example"/>',
  ),
  'refresh-plain.svg': svg('<meta http-equiv="refresh" content="0;url=//evil.example"/>'),
  'refresh-prefix.svg': `<svg xmlns="http://www.w3.org/2000/svg" xmlns:h="http://www.w3.org/1999/xhtml"><h:meta/></svg>`,
  'html.svg': svg('<p xmlns = "http://www.w3.org/1999/xhtml">Kopi</p>'),
  'html-quotes.svg': svg("<p xmlns='http://www.w3.org/1999/xhtml'>Kopi</p>"),
  'html-prefix.svg': `<svg xmlns="http://www.w3.org/2000/svg" xmlns:é="http://www.w3.org/1999/xhtml"><é:p/></svg>`,
  'html-encoded.svg': svg('<p xmlns="http://www.w3.org/1999/&#120;html">Kopi</p>'),
  'base.svg': svg('<base/>'),
  'sheet.svg': svg('<link rel="stylesheet"/>'),
  'animated-link.svg': svg('<a href="#a"><set attributeName="href" to="//evil.example"/></a>'),
  'animated-encoded.svg': svg(
    '<a href="#a"><set attributeName="&#104;ref" to="//evil.example"/></a>',
  ),
  'latin1.svg': `<?xml version="1.0" encoding="ISO-8859-1"?>${svg('')}`,
  'escapes.svg': `<?xml version="1.0" encoding="ISO-2022-JP"?>${svg('<scr\u001b(Bipt>alert(1)</script>')}`,
  'icon.gif': 'GIF89a',
}

function loadWith({ icon, logo }: { icon?: string; logo?: string }) {
  const config = testConfig()
  const path = join(folder, 'assent.yaml')
  const [first, ...clients] = config.clients
  writeFileSync(
    path,
    stringify({
      ...config,
      wallets: config.wallets.map((wallet) => ({ ...wallet, ...(logo && { theme: { logo } }) })),
      clients: [
        { ...first, miniPrograms: first?.miniPrograms.map((app) => ({ ...app, icon })) },
        ...clients,
      ],
    }),
  )
  return loadConfig(path)
}

/** The images that the registry gets. */
function imagesOf(loaded: LoadedConfig): readonly Image[] {
  const images = recordsOf(loaded, loaded.folder, TEST_TESTER_NAMES).get('image') ?? []
  return images.map(({ read }) => toImage(read()))
}

function toDataUri(type: string, file: string): string {
  return `data:${type};base64,${Buffer.from(FILES[file] ?? '').toString('base64')}`
}

describe('an icon', () => {
  it.each(['good.png', 'good.svg', 'metadata.svg'])('is served: %s', (icon) => {
    const loaded = loadWith({ icon })
    expect(loaded.issues).toEqual([])
    expect(imagesOf(loaded)).toEqual([
      { type: expect.any(String), bytes: Buffer.from(FILES[icon] ?? '') },
    ])
  })

  it.each([
    ['icons/none.png', /^does not exist \(no such file\): .*none\.png$/],
    ['good.png/x.png', /^does not exist, because a part of its path is a file: /],
    ['folder.png', /^is a folder: name a file: /],
    ['loop.png', /^is a symbolic link to itself: /],
    ['empty.png', /^is empty: /],
    ['huge.png', /^has 61440 KB: it must not exceed 256 KB: /],
    ['large.png', /^has 257 KB: it must not exceed 256 KB: /],
    ['wide.png', /^has 2049 × 16 pixels: .* at most 2048 × 2048$/],
    ['flat.png', /^has 16 × 0 pixels|^is no png image/],
    ['cut.png', /^is no png image, but damaged or of another format: /],
    ['renamed.jpg', /^is no jpeg image, but png: .*Save it as jpeg, or rename it$/],
    ['renamed.png', /^is no png image, but damaged or of another format: /],
    ['icon.gif', /^must be a png, jpg, webp or svg file, but is .*icon\.gif$/],
    ['icon', /^must be a png, jpg, webp or svg file/],
    ['text.svg', /^is no svg image: /],
    ['page.svg', /^is no svg image: /],
    ['script.svg', /^contains “<script”: /],
    ['handler.svg', /^contains “onload =”: /],
    ['link.svg', /^contains “href="h”: /],
    ['image.svg', /^contains “href="\/”: /],
    ['style.svg', /^contains “@import”: /],
    ['font.svg', /^contains “url\(”: /],
    ['entity.svg', /^is no svg image|^contains “<!DOCTYPE”/],
    ['foreign.svg', /^contains “<foreignObject”: /],
    ['foreign-prefix.svg', /^contains “<x:foreignObject”: /],
    ['refresh.svg', /^contains “<meta”: /],
    ['refresh-plain.svg', /^contains “<meta”: /],
    ['refresh-prefix.svg', /^contains “xmlns:h="http:\/\/www\.w3\.org\/1999\/xhtml”: /],
    ['html.svg', /^contains “xmlns = "http:\/\/www\.w3\.org\/1999\/xhtml”: /],
    ['html-quotes.svg', /^contains “xmlns='http:\/\/www\.w3\.org\/1999\/xhtml”: /],
    ['html-prefix.svg', /^contains “xmlns:é="http:\/\/www\.w3\.org\/1999\/xhtml”: /],
    ['html-encoded.svg', /^contains “xmlns="http:\/\/www\.w3\.org\/1999\/&”: /],
    ['base.svg', /^contains “<base”: /],
    ['sheet.svg', /^contains “<link”: /],
    ['animated-link.svg', /^contains “attributeName="href”: /],
    ['animated-encoded.svg', /^contains “attributeName="&”: /],
    ['latin1.svg', /^is no svg image: .*Export it as plain SVG in UTF-8$/],
    ['escapes.svg', /^is no svg image: .*Export it as plain SVG in UTF-8$/],
    ['http://kopi.example/icon.png', /^must be a file, a data: URI or an https URL$/],
    ['javascript:alert(1)', /^must be a file, a data: URI or an https URL$/],
    ['https://', /^must be a file, a data: URI or an https URL$/],
    [
      'data:image/png;base64,AAAA',
      /^is no png image, but damaged or of another format: the data: URI/,
    ],
    ['data:image/gif;base64,AAAA', /^must be data:image\/TYPE;base64,/],
    ['data:image/png,AAAA', /^must be data:image\/TYPE;base64,/],
    ['data:text/html;base64,AAAA', /^must be data:image\/TYPE;base64,/],
    [toDataUri('image/png', 'large.png'), /^has 257 KB: it must not exceed 256 KB$/],
    [toDataUri('image/jpeg', 'good.png'), /^is no jpeg image, but png: the data: URI/],
    [toDataUri('image/svg+xml', 'script.svg'), /^contains “<script”: the data: URI/],
  ])('is left out: %s', (icon, message) => {
    const loaded = loadWith({ icon })
    const [issue, ...more] = loaded.issues
    expect(more).toEqual([])
    expect(issue?.path).toBe('clients/0/miniPrograms/0/icon')
    expect(issue?.line).toBeGreaterThan(1)
    expect(issue?.message).toMatch(message)
    // The mini program is there, with the first letter of its name.
    expect(loaded.clients[0]?.miniPrograms.map(({ appId }) => appId)).toEqual([APP_ID])
    expect(imagesOf(loaded)).toEqual([])
  })

  it('may be a data: URI, which is served as a file is', () => {
    const loaded = loadWith({ icon: toDataUri('image/svg+xml', 'good.svg') })
    expect(loaded.issues).toEqual([])
    expect(imagesOf(loaded)).toEqual([
      { type: 'image/svg+xml', bytes: Buffer.from(FILES['good.svg'] ?? '') },
    ])
  })

  it('may be an https URL, which wallets show', () => {
    const loaded = loadWith({ icon: 'https://kopi.example/icon.png' })
    expect(loaded.issues).toEqual([])
    expect(imagesOf(loaded)).toEqual([])
  })
})

describe('a logo', () => {
  it('has at most 8 KB', () => {
    const loaded = loadWith({ logo: 'large.png' })
    expect(loaded.issues.map(({ path, message }) => `${path} ${message}`)).toEqual([
      expect.stringMatching(/^wallets\/0\/theme\/logo has 257 KB: it must not exceed 8 KB: /),
    ])
    expect(imagesOf(loaded)).toEqual([])
  })
})

describe('assent.yaml', () => {
  it.each([
    ['a folder', 'folder.png', /:1:1 \(top\) is a folder: name a file: /],
    ['an empty file', 'empty.png', /:1:1 \(top\) is empty: /],
    [
      'a file that is too large',
      'huge.png',
      /:1:1 \(top\) has 61440 KB: it must not exceed 32768 KB: /,
    ],
    ['an image', 'large.png', /:1:1 \(top\) is not in UTF-8: save it in this encoding/],
  ])('is refused when it is %s', (_, name, message) => {
    expect(() => loadConfig(join(folder, name))).toThrow(message)
  })

  it('is refused when it is in UTF-16', () => {
    const path = join(folder, 'utf16.yaml')
    writeFileSync(path, Buffer.from(`\ufeff${stringify(testConfig())}`, 'utf16le'))
    expect(() => loadConfig(path)).toThrow(/is not in UTF-8/)
  })

  it('is refused when aliases make it huge', () => {
    const path = join(folder, 'aliases.yaml')
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x]']
    for (const [one, next] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg'].map((pair) => [...pair]))
      lines.push(`${next}: &${next} [${Array(9).fill(`*${one}`)}]`)
    writeFileSync(path, lines.join('\n'))
    expect(() => loadConfig(path)).toThrow(/:1:1 \(top\) Excessive alias count/)
  })
})
