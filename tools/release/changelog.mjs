/** The sections of CHANGELOG.md. The first one has no version until it is released. */

const UNRELEASED = /^## Unreleased$/m

/** Gives the unreleased section its version and date. @throws {Error} when there is none, or when it says nothing */
export function closeUnreleased(text, version, date) {
  if (!UNRELEASED.test(text)) throw new Error('CHANGELOG.md has no section "## Unreleased".')
  if (!/^- /m.test(sectionOf(text, 'Unreleased')))
    throw new Error('The section "## Unreleased" of CHANGELOG.md is empty.')
  return text.replace(UNRELEASED, `## ${version} (${date})`)
}

/** @returns the release notes: what the section of this version says */
export function notesOf(text, version) {
  return `# Assent ${version}\n\n${sectionOf(text, `${version} (`).replace(/^.*\n/, '').trim()}\n`
}

function sectionOf(text, heading) {
  const start = text.indexOf(`\n## ${heading}`)
  if (start === -1) throw new Error(`CHANGELOG.md has no section "## ${heading}".`)
  const end = text.indexOf('\n## ', start + 1)
  return text.slice(start + 1, end === -1 ? undefined : end)
}
