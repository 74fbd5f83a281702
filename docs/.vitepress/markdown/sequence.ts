/**
 * @module Sequence diagrams of Mermaid as SVG: participants, messages and notes. Columns are as far apart as their texts need, which the
 * library for the other diagrams does not do.
 */
type Participant = { readonly id: string; readonly label: string }
type Message = {
  readonly from: number
  readonly to: number
  readonly lines: readonly string[]
  readonly isReply: boolean
}
/** A note has one column, and a message with itself too. */
type Note = { readonly over: number; readonly lines: readonly string[] }
type Step = Message | Note

const CHARACTER = 6.5
const LINE = 17
/** Of a line of text, by the number of participants: a diagram should not be wider than a page. */
const MAX_CHARACTERS = [34, 34, 34, 30, 22, 20]
const BOX_HEIGHT = 38
const MIN_GAP = 110
const PADDING = 12

/** @param source the block, from its first line `sequenceDiagram` on */
export function sequenceDiagram(source: string): string {
  const lines = source.split('\n').map((line) => line.trim())
  const participants = readParticipants(lines)
  const steps = lines.slice(1).flatMap((line) => readStep(line, participants))
  const columns = placeColumns(participants, steps)
  return draw(participants, steps, columns)
}

function readParticipants(lines: readonly string[]): readonly Participant[] {
  return lines.flatMap((line) => {
    const [, id, label] = /^(?:participant|actor) (\w+)(?: as (.+))?$/.exec(line) ?? []
    return id ? [{ id, label: label ?? id }] : []
  })
}

/** @throws {Error} for a line that this module cannot draw */
function readStep(line: string, participants: readonly Participant[]): Step[] {
  const column = (id: string | undefined) => participants.findIndex((one) => one.id === id)
  const message = /^(\w+)(-->>|->>)(\w+): (.+)$/.exec(line)
  if (message) {
    const [, from, arrow, to, text = ''] = message
    const [first, last] = [column(from), column(to)]
    if (first >= 0 && last >= 0)
      return [{ from: first, to: last, lines: wrap(text, participants), isReply: arrow === '-->>' }]
  }
  const [, over, text = ''] = /^Note over (\w+): (.+)$/.exec(line) ?? []
  if (column(over) >= 0) return [{ over: column(over), lines: wrap(text, participants) }]
  if (line === '' || /^(?:participant|actor|autonumber|%%)/.test(line)) return []
  throw new Error(`The documentation cannot draw this line of a sequence diagram: ${line}`)
}

function wrap(text: string, participants: readonly Participant[]): readonly string[] {
  const maxCharacters = MAX_CHARACTERS[participants.length] ?? 18
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < maxCharacters)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function widthOf(lines: readonly string[]): number {
  return Math.max(...lines.map((line) => line.length)) * CHARACTER + 2 * PADDING
}

/** The centers of the columns. What spans few columns is placed first. */
function placeColumns(participants: readonly Participant[], steps: readonly Step[]): number[] {
  const widths = participants.map(({ label }) => boxWidth(label))
  const gaps = widths.slice(1).map((width, index) => {
    return Math.max(MIN_GAP, ((widths[index] ?? 0) + width) / 2 + 2 * PADDING)
  })
  const spans = steps.flatMap((step) =>
    'over' in step || step.from === step.to
      ? []
      : [{ ...spanOf(step), width: widthOf(step.lines) }],
  )
  for (const { first, last, width } of spans.sort(
    (a, b) => a.last - a.first - (b.last - b.first),
  )) {
    const missing = width - sum(gaps.slice(first, last))
    for (let gap = first; gap < last; gap++)
      if (missing > 0) gaps[gap] = (gaps[gap] ?? 0) + missing / (last - first)
  }
  const start = Math.max((widths[0] ?? 0) / 2, noteReach(steps, 0)) + 1
  return participants.map((_, index) => start + sum(gaps.slice(0, index)))
}

/** How far the notes of a column go beyond its center. */
function noteReach(steps: readonly Step[], column: number): number {
  const widths = steps.map((step) =>
    'over' in step && step.over === column ? widthOf(step.lines) / 2 : 0,
  )
  return Math.max(0, ...widths)
}

function boxWidth(label: string): number {
  return Math.max(84, label.length * (CHARACTER + 0.8) + 2 * PADDING)
}

function spanOf({ from, to }: Message): { first: number; last: number } {
  return { first: Math.min(from, to), last: Math.max(from, to) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function draw(
  participants: readonly Participant[],
  steps: readonly Step[],
  columns: readonly number[],
): string {
  let y = BOX_HEIGHT + 14
  const drawn = steps.map((step) => {
    const height = step.lines.length * LINE
    y += height + 12
    return 'over' in step ? drawNote(step, columns, y, height) : drawMessage(step, columns, y)
  })
  const height = y + 20
  const last = columns.length - 1
  const reach = Math.max(boxWidth(participants[last]?.label ?? '') / 2, noteReach(steps, last))
  const width = Math.ceil((columns[last] ?? 0) + reach + 1)
  const lifelines = columns.map(
    (x) =>
      `<line x1="${x}" y1="${BOX_HEIGHT}" x2="${x}" y2="${height}" stroke="var(--_inner-stroke)"/>`,
  )
  const boxes = participants.map(({ label }, index) => {
    const [x, box] = [columns[index] ?? 0, boxWidth(label)]
    return `<rect x="${x - box / 2}" y="1" width="${box}" height="${BOX_HEIGHT - 2}" rx="8" fill="var(--_node-fill)" stroke="var(--_node-stroke)"/>${drawText(label, x, BOX_HEIGHT / 2 + 5, 13, 600)}`
  })
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${[...lifelines, ...boxes, ...drawn].join('')}</svg>`
}

function drawMessage({ from, to, lines, isReply }: Message, columns: readonly number[], y: number) {
  const [start = 0, end = 0] = [columns[from], columns[to]]
  const direction = Math.sign(end - start)
  const head = end - direction * 7
  const dashes = isReply ? ' stroke-dasharray="5 4"' : ''
  return [
    ...drawLines(lines, (start + end) / 2, y),
    `<line x1="${start}" y1="${y}" x2="${head}" y2="${y}" stroke="var(--_line)" stroke-width="1.3"${dashes}/>`,
    `<polygon points="${end},${y} ${head},${y - 4} ${head},${y + 4}" fill="var(--_arrow)"/>`,
  ].join('')
}

function drawNote({ over, lines }: Note, columns: readonly number[], y: number, height: number) {
  const [x = 0, width] = [columns[over], widthOf(lines)]
  return [
    `<rect x="${x - width / 2}" y="${y - height - 6}" width="${width}" height="${height + 6}" rx="6" fill="var(--_node-fill)" stroke="var(--_node-stroke)"/>`,
    ...drawLines(lines, x, y + 1),
  ].join('')
}

/** Lines of text above a height. */
function drawLines(lines: readonly string[], x: number, y: number): readonly string[] {
  return lines.map((line, index) => drawText(line, x, y - 7 - (lines.length - 1 - index) * LINE))
}

function drawText(text: string, x: number, y: number, size = 12.5, weight = 400): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" text-anchor="middle" fill="var(--_text)" stroke="var(--bg)" stroke-width="3" paint-order="stroke">${escaped}</text>`
}
