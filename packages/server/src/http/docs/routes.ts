/**
 * @module The documentation: every page of `docs` for those who use the server, and the table of this wallet's scopes and APIs.
 * Browsers get HTML; `Accept: text/markdown` or `?format=md` gets the Markdown. The contracts are JSON. Nothing contains data of users.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { securityHeaders } from '../html/assets.ts'
import { PLAIN_THEME } from '../html/theme-types.ts'
import { renderDocument } from './document.tsx'
import { DOCS_ENDPOINTS } from './endpoints.ts'
import { type Page, readLibrary, urlOfFile } from './library.ts'
import { linkResolver, renderMarkdown, titleOf } from './markdown.ts'

export type DocsOptions = {
  /** The table of scopes and APIs, as Markdown. */
  readonly scopeApiTable: () => string
  /** The text of a contract, by the name of its file; `undefined` when there is none. */
  readonly readContract: (file: string) => string | undefined
}

const CACHING = 'public, max-age=60'

const NOT_FOUND: Page = {
  file: 'README.md',
  markdown: '# No such page\n\nThe [documentation](README.md) lists all pages.\n',
}

export async function docsRoutes(
  app: FastifyInstance,
  { scopeApiTable, readContract }: DocsOptions,
): Promise<void> {
  const library = readLibrary()
  const isServed = (url: string): boolean => library.has(url) || url === DOCS_ENDPOINTS.apis.path
  const rendered = new Map<string, string>()

  const toHtml = ({ file, markdown }: Page): string => {
    const content = renderMarkdown(markdown, linkResolver(file, isServed))
    return renderDocument(titleOf(markdown), content)
  }
  const cachedHtml = (page: Page): string => {
    const html = rendered.get(page.file) ?? toHtml(page)
    rendered.set(page.file, html)
    return html
  }
  const sendFromLibrary = (
    request: FastifyRequest,
    reply: FastifyReply,
    url: string,
  ): FastifyReply => {
    const page = library.get(url)
    if (!page) return sendHtml(reply.code(404), toHtml(NOT_FOUND))
    return send(request, reply, page, cachedHtml)
  }

  app.get(DOCS_ENDPOINTS.index.path, (request, reply) =>
    sendFromLibrary(request, reply, DOCS_ENDPOINTS.index.path),
  )
  app.get(DOCS_ENDPOINTS.page.path, (request: FastifyRequest<{ Params: { '*': string } }>, reply) =>
    sendFromLibrary(request, reply, urlOfFile(request.params['*'])),
  )
  app.get(
    DOCS_ENDPOINTS.contract.path,
    (request: FastifyRequest<{ Params: { file: string } }>, reply) => {
      const contract = readContract(request.params.file)
      return contract === undefined
        ? sendHtml(reply.code(404), toHtml(NOT_FOUND))
        : reply
            .headers({
              'cache-control': CACHING,
              'content-type': 'application/json; charset=utf-8',
            })
            .send(contract)
    },
  )
  app.get(DOCS_ENDPOINTS.apis.path, (request, reply) => {
    const markdown = `# Scopes and APIs of this wallet\n\n${scopeApiTable()}\n`
    return send(request, reply, { file: 'apis.md', markdown }, toHtml)
  })
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  page: Page,
  toHtml: (page: Page) => string,
): FastifyReply {
  reply.header('vary', 'accept')
  return wantsMarkdown(request)
    ? reply
        .headers({ 'cache-control': CACHING, 'content-type': 'text/markdown; charset=utf-8' })
        .send(page.markdown)
    : sendHtml(reply, toHtml(page))
}

function sendHtml(reply: FastifyReply, html: string): FastifyReply {
  return reply.headers({ ...securityHeaders([], PLAIN_THEME), 'cache-control': CACHING }).send(html)
}

function wantsMarkdown({ headers, query }: FastifyRequest): boolean {
  const { format } = query as { format?: unknown }
  return format === 'md' || Boolean(headers.accept?.includes('text/markdown'))
}
