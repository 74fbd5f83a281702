/**
 * @module Splits the text of a YAML or JSON file into its entries, the elements of the lists at its top, and the rest. The tree of a whole
 * file with thousands of merchants takes gigabytes; the tree of an entry is soon forgotten.
 */

/** Offsets in the text of the file. */
export type Entry = { readonly start: number; readonly end: number }

export type SplitText = {
  /** In the order of the text. */
  readonly entries: readonly Entry[]
  /** The file with a placeholder for each entry. */
  readonly frame: string
  /** Where an offset of the frame is in the file. */
  toFileOffset(frameOffset: number): number
}

/** Never used in a file: a character for private use. */
const PLACEHOLDER = '\ue000'

/** @returns the number of the entry that an element of the frame stands for */
export function entryNumberOf(element: unknown): number | undefined {
  return typeof element === 'string' && element.startsWith(PLACEHOLDER)
    ? Number(element.slice(PLACEHOLDER.length))
    : undefined
}

/**
 * @returns `undefined` when the text has another form. When a part is invalid, the caller has to parse the whole text: a line in a text of
 * several lines can look like the start of an entry
 */
export function splitEntries(text: string): SplitText | undefined {
  const isJson = /^\s*\{/.test(text)
  const entries = isJson ? findJsonEntries(text) : findYamlEntries(text)
  if (!entries || entries.length === 0 || text.includes(PLACEHOLDER)) return undefined
  const placeholder = (index: number): string =>
    isJson ? `"${PLACEHOLDER}${index}"` : `- "${PLACEHOLDER}${index}"\n`
  return join(text, entries, placeholder)
}

/** In a text with the same offsets as the entry. The dash of a list is a space, so that the columns stay. */
export function textOfEntry(text: string, { start, end }: Entry): string {
  return text[start] === '-' ? ` ${text.slice(start + 1, end)}` : text.slice(start, end)
}

function join(
  text: string,
  entries: readonly Entry[],
  placeholder: (index: number) => string,
): SplitText {
  /** Where each part between entries starts, in the frame and in the file. */
  const parts: { readonly inFrame: number; readonly inFile: number }[] = []
  const texts: string[] = []
  let inFrame = 0
  let inFile = 0
  const add = (end: number, ending: string): void => {
    parts.push({ inFrame, inFile })
    texts.push(text.slice(inFile, end), ending)
    inFrame += end - inFile + ending.length
  }
  for (const [index, { start, end }] of entries.entries()) {
    add(start, placeholder(index))
    inFile = end
  }
  add(text.length, '')
  return {
    entries,
    frame: texts.join(''),
    toFileOffset(offset) {
      const part = parts.findLast((one) => one.inFrame <= offset)
      return part ? part.inFile + offset - part.inFrame : 0
    },
  }
}

/** Entries start with a dash at the start of a line. Everything that belongs to them is indented. */
function findYamlEntries(text: string): readonly Entry[] | undefined {
  const entries: { readonly start: number; end: number }[] = []
  let isInEntry = false
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start) + 1 || text.length
    const last = entries.at(-1)
    switch (kindOfLine(text, start)) {
      case 'entry':
        entries.push({ start, end })
        isInEntry = true
        break
      case 'name':
        isInEntry = false
        break
      case 'more':
        if (isInEntry && last) last.end = end
        break
      default:
        return undefined
    }
    start = end
  }
  return entries
}

function kindOfLine(text: string, start: number): 'entry' | 'name' | 'more' | undefined {
  const [first = '', second = ''] = [text.charAt(start), text.charAt(start + 1)]
  if (first === '-' && /\s/.test(second)) return 'entry'
  if (/[A-Za-z]/.test(first)) return 'name'
  return /[\s#]/.test(first) ? 'more' : undefined
}

const SYNTAX = /["{}[\]]/g
const REST_OF_STRING = /[^"\\]*(?:\\.[^"\\]*)*"/sy

/** Entries are the objects in lists of the object at the top. */
function findJsonEntries(text: string): readonly Entry[] | undefined {
  const entries: Entry[] = []
  let open = ''
  let start = 0
  SYNTAX.lastIndex = 0
  for (let found = SYNTAX.exec(text); found; found = SYNTAX.exec(text)) {
    const [character] = found
    if (character === '"') {
      REST_OF_STRING.lastIndex = SYNTAX.lastIndex
      if (!REST_OF_STRING.test(text)) return undefined
      SYNTAX.lastIndex = REST_OF_STRING.lastIndex
    } else if (character === '{' || character === '[') {
      if (open === '{[') start = found.index
      open += character
    } else {
      if (open === '{[{' && character === '}') entries.push({ start, end: SYNTAX.lastIndex })
      open = open.slice(0, -1)
    }
  }
  return entries
}

const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/gs

/** @returns `undefined` for a text that is no JSON, or has a name twice in an object, which `JSON.parse` does not tell */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    let names = 0
    for (const [, colon] of text.matchAll(STRING)) if (colon !== undefined) names++
    return names === countNames(value) ? value : undefined
  } catch {
    return undefined
  }
}

function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const members = Object.values(value)
  const own = Array.isArray(value) ? 0 : members.length
  return members.reduce<number>((sum, member) => sum + countNames(member), own)
}
