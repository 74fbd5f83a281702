// @ts-check
// Script of the pages. It reports the outcome to the host, dismisses the prompt on Esc and on a tap outside, ignores early taps on
// “allow”, and tells the server the user's time zone. Every decision also works without this script.

const { outcome, origins } = document.body.dataset
/** Taps on “allow” are ignored until the prompt has not moved for this time. */
const STABLE_MS = 500

/** @param {string} result */
function notifyHost(result) {
  const message = { type: 'assent:consent', outcome: result }
  if (window.parent !== window) {
    for (const origin of JSON.parse(origins ?? '[]')) window.parent.postMessage(message, origin)
  }
  const native = /** @type {any} */ (window)
  native.ReactNativeWebView?.postMessage(JSON.stringify(message))
  native.AssentHost?.postMessage(JSON.stringify(message))
  native.webkit?.messageHandlers?.assent?.postMessage(message)
}

/** @type {HTMLButtonElement | null} */
const dismiss = document.querySelector('#dismiss')

function close() {
  if (dismiss) dismiss.form?.requestSubmit(dismiss)
  else {
    notifyHost(outcome ?? 'dismissed')
    // The page is not in a frame: go back to the page that the user came from.
    if (window.parent === window) history.back()
  }
}

/** Closing the window without a decision dismisses the prompt, so that the next one can be opened. */
let isAnswered = false
let stableSince = performance.now()
const answers = /** @type {HTMLElement | null} */ (document.querySelector('.answers'))

/** The prompt has moved, so the next tap may have been meant for other content. Disables the buttons for a moment. */
function restartStableTime() {
  stableSince = performance.now()
  if (!answers) return
  answers.style.animation = 'none'
  answers.getBoundingClientRect()
  answers.style.animation = ''
}

if (answers) {
  for (const name of ['resize', 'pageshow']) addEventListener(name, restartStableTime)
  document.addEventListener('visibilitychange', restartStableTime)
  document.querySelector('form')?.addEventListener('submit', (event) => {
    const isEarly = performance.now() - stableSince < STABLE_MS
    if (isEarly && event.submitter?.id === 'allow') event.preventDefault()
    else isAnswered = true
  })
  addEventListener('pagehide', ({ persisted }) => {
    if (isAnswered || persisted) return
    navigator.sendBeacon(location.href, new URLSearchParams({ answer: 'dismiss' }))
  })
  document.querySelector('h1')?.focus()
  addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) {
      event.preventDefault()
      event.target.click()
    }
  })
}
if (document.body.className === 'overlay') {
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close()
  })
  document.body.addEventListener('click', (event) => {
    if (event.target === document.body) close()
  })
}
document.querySelector('#close')?.addEventListener('click', close)
if (outcome) notifyHost(outcome)
// The server does not know the user's time zone. Tell it once, so that it writes all dates in that zone.
if (document.querySelector('[data-needs-time-zone]') && location.search === '') {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  if (timeZone) location.replace(`${location.pathname}?timeZone=${encodeURIComponent(timeZone)}`)
}
