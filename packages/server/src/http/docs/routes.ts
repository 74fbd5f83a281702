/**
 * @module The documentation: the site that the build makes of `docs`, the table of this wallet's scopes and APIs, and the contracts.
 * Browsers get HTML; `Accept: text/markdown` or `?format=md` gets the Markdown. Nothing contains data of users.
 */
import { readFile } from 'node:fs/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { renderScopeApiTable, type ScopeApiRow } from '../../engine/apis/scope-api-table.ts'
import { DOCS_ENDPOINTS } from './endpoints.ts'
import { fileHeaders, MARKDOWN_HEADERS, pageHeaders } from './headers.ts'
import { inlineScriptsOf, type Page, readLibrary, urlOfFile } from './library.ts'
import { scopeApiTableHtml } from './scope-api-table.tsx'

export type DocsOptions = {
  /** The table of scopes and APIs. */
  readonly scopeApiRows: () => readonly ScopeApiRow[]
  /** The text of a contract, by the name of its file; `undefined` when there is none. */
  readonly readContract: (file: string) => string | undefined
}

/** Where the site's page of scopes and APIs has the table. */
const TABLE_PLACEHOLDER = '<!--scopes-and-apis-->'

export async function docsRoutes(
  app: FastifyInstance,
  { scopeApiRows, readContract }: DocsOptions,
): Promise<void> {
  const { pages, files, notFound } = readLibrary()
  const apisPage = pages.get(DOCS_ENDPOINTS.apis.path)
  if (!apisPage) throw new Error('The package has no documentation. Run npm run build.')
  const headers = pageHeaders(inlineScriptsOf(apisPage))

  const sendHtml = (reply: FastifyReply, html: string | Buffer): FastifyReply =>
    reply.headers(headers).send(html)
  const sendNotFound = async (reply: FastifyReply): Promise<FastifyReply> =>
    sendHtml(reply.code(404), await readFile(notFound))

  async function sendPage(
    request: FastifyRequest,
    reply: FastifyReply,
    { html, markdown }: Page,
  ): Promise<FastifyReply> {
    reply.header('vary', 'accept')
    return wantsMarkdown(request)
      ? reply.headers(MARKDOWN_HEADERS).send(await readFile(markdown))
      : sendHtml(reply, await readFile(html))
  }

  async function sendFromLibrary(
    request: FastifyRequest,
    reply: FastifyReply,
    path: string,
  ): Promise<FastifyReply> {
    const url = `/docs/${path}`
    const file = files.get(url)
    if (file) return reply.headers(fileHeaders(url)).send(await readFile(file))
    const page = pages.get(urlOfFile(path))
    return page ? sendPage(request, reply, page) : sendNotFound(reply)
  }

  app.get(DOCS_ENDPOINTS.index.path, (request, reply) => sendFromLibrary(request, reply, ''))
  app.get(DOCS_ENDPOINTS.page.path, (request: FastifyRequest<{ Params: { '*': string } }>, reply) =>
    sendFromLibrary(request, reply, request.params['*']),
  )
  app.get(
    DOCS_ENDPOINTS.contract.path,
    (request: FastifyRequest<{ Params: { file: string } }>, reply) => {
      const { file } = request.params
      const contract = readContract(file)
      return contract === undefined
        ? sendNotFound(reply)
        : reply.headers(fileHeaders(file)).send(contract)
    },
  )
  app.get(DOCS_ENDPOINTS.apis.path, async (request, reply) => {
    reply.header('vary', 'accept')
    const rows = scopeApiRows()
    if (wantsMarkdown(request)) {
      const markdown = await readFile(apisPage.markdown, 'utf8')
      return reply.headers(MARKDOWN_HEADERS).send(`${markdown}\n${renderScopeApiTable(rows)}\n`)
    }
    const html = await readFile(apisPage.html, 'utf8')
    return sendHtml(
      reply,
      html.replace(TABLE_PLACEHOLDER, () => scopeApiTableHtml(rows)),
    )
  })
}

function wantsMarkdown({ headers, query }: FastifyRequest): boolean {
  const { format } = query as { format?: unknown }
  return format === 'md' || Boolean(headers.accept?.includes('text/markdown'))
}
