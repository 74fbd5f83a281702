// @ts-check
// What the pages do beyond HTML: the sheet tells its host when it is done, closes without a choice on Esc or on a tap
// outside, and lets nobody allow before it has stood still for a while; times are told in the zone of who reads them. Without
// this script every answer still works.

const { outcome, origins } = document.body.dataset
const STABLE_MILLISECONDS = 500

/** @param {string} result */
function tellHost(result) {
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
    tellHost(outcome ?? 'dismissed')
    // Opened by itself, in no host: then back is where its user came from.
    if (window.parent === window) history.back()
  }
}

/** Who closes the window has closed the question: another one may be asked. */
let isAnswered = false
let stableSince = performance.now()
const answers = /** @type {HTMLElement | null} */ (document.querySelector('.answers'))

/** What lay here before is what was meant: the answers are dead for a moment again. */
function moved() {
  stableSince = performance.now()
  if (!answers) return
  answers.style.animation = 'none'
  answers.getBoundingClientRect()
  answers.style.animation = ''
}

if (answers) {
  for (const name of ['resize', 'pageshow']) addEventListener(name, moved)
  document.addEventListener('visibilitychange', moved)
  document.querySelector('form')?.addEventListener('submit', (event) => {
    const isEarly = performance.now() - stableSince < STABLE_MILLISECONDS
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
if (document.body.className === 'over') {
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close()
  })
  document.body.addEventListener('click', (event) => {
    if (event.target === document.body) close()
  })
}
document.querySelector('#close')?.addEventListener('click', close)
if (outcome) tellHost(outcome)
const zone = new Intl.DateTimeFormat(document.documentElement.lang, {
  dateStyle: 'medium',
  timeStyle: 'short',
})
for (const time of document.querySelectorAll('time')) {
  time.textContent = zone.format(new Date(time.dateTime))
}
