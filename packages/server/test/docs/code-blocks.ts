/**
 * @module The code blocks of a Markdown file.
 */

export type CodeBlock = {
  readonly file: string
  /** Of the first line of code. */
  readonly line: number
  readonly language: string
  readonly tags: readonly string[]
  readonly code: string
}

/** Reads fenced blocks: the language, then tags, as in "```ts fragment". */
export function readCodeBlocks(file: string, markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: { line: number; info: string; lines: string[] } | undefined
  for (const [index, text] of markdown.split('\n').entries()) {
    const fence = /^ *```(.*)$/.exec(text)
    if (!fence) open?.lines.push(text)
    else if (!open) open = { line: index + 2, info: fence[1] ?? '', lines: [] }
    else {
      const [language = '', ...tags] = open.info.trim().split(/\s+/)
      blocks.push({ file, line: open.line, language, tags, code: `${open.lines.join('\n')}\n` })
      open = undefined
    }
  }
  if (open) throw new Error(`${file}:${open.line - 1}: this code block is not closed`)
  return blocks
}

/** A verb of the `assent` command, with the options that follow it. */
export type NamedVerb = { readonly words: string; readonly options: readonly string[] }

/** Every command in `text`: npm scripts and verbs of the `assent` command. A quoted script is the reader's own. */
export function readCommands(text: string): { scripts: string[]; verbs: NamedVerb[] } {
  const lines = text.replaceAll('\\\n', ' ')
  const scripts = [...lines.matchAll(/(?<!')\bnpm (?:run ([a-z][\w:-]*)|(test|start)\b)/g)]
  const verbs = [
    ...lines.matchAll(
      /(?:^|[`|(] *|npx (?:--no -- )?|\/)assent ([a-z][a-z-]*(?: [a-z][a-z-]*)*)([^\n`|)]*)/gm,
    ),
  ]
  return {
    scripts: scripts.map(([, run, short]) => run ?? short ?? ''),
    verbs: verbs.map(([, words = '', rest = '']) => ({ words, options: readOptions(rest) })),
  }
}

/** Long options, without those in quoted texts and comments. */
function readOptions(parameters: string): string[] {
  const bare = parameters.replaceAll(/"[^"]*"|'[^']*'/g, '').replace(/ #.*/, '')
  return [...bare.matchAll(/(?<=[\s[(|])--([a-z][a-z-]*)/g)].map(([, name = '']) => name)
}
