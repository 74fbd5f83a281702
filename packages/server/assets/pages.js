// @ts-check
// Script of the pages. It reports the outcome to the host, dismisses the prompt on Esc and on a tap outside, keeps “allow” inactive
// until everything was on the screen and the prompt has not moved for a moment, and tells the server the user's time zone. Every
// decision also works without this script. It runs before the first paint, and in web views from Chromium 69 and iOS 12.2 on, so
// its syntax is that of ES2018.

const { outcome, origins } = document.body.dataset
/** Taps on “allow” are ignored until the prompt has not moved for this time. */
const STABLE_MS = 500
/** The duration stays on the screen with the buttons if they take at most this part of it together. */
const MAX_FOOTER_SHARE = 0.5

/** @param {object} message */
function notifyParent(message) {
  if (window.parent === window) return
  for (const origin of JSON.parse(origins || '[]')) window.parent.postMessage(message, origin)
}

/** @param {string} result */
function notifyHost(result) {
  const message = { type: 'assent:consent', outcome: result }
  notifyParent(message)
  const native = /** @type {any} */ (window)
  if (native.ReactNativeWebView) native.ReactNativeWebView.postMessage(JSON.stringify(message))
  if (native.AssentHost) native.AssentHost.postMessage(JSON.stringify(message))
  const { messageHandlers } = native.webkit || {}
  const { assent } = messageHandlers || {}
  if (assent) assent.postMessage(message)
}

/** @param {string} selector @returns {any} the first element, if there is one */
function find(selector) {
  return document.querySelector(selector)
}

// Only the first page that opens a prompt may answer it. Its secret is kept with the entry of the history, which survives a reload and
// needs no cookie. The entry gets the address of the prompt, so that a reload does not send the form of the opening page again.
const { opener: knownOpener } = history.state || {}
const opening = find('#opening') || (knownOpener && find('#openElsewhere'))
if (opening) {
  opening.querySelector('[name=opener]').value = knownOpener || ''
  opening.submit()
  // A host in a browser cannot see whether a frame has loaded or shows an error of the browser.
} else notifyParent({ type: 'assent:consent-shown' })

/**
 * @param {string} opener the secret of this page
 * @param {string} address that of the prompt
 */
function keepOpener(opener, address) {
  try {
    history.replaceState({ opener }, '', address)
  } catch (_error) {
    // A frame without an origin must not change its address. It cannot be loaded again.
  }
}

const dismiss = find('#dismiss')

function closePage() {
  if (dismiss) dismiss.click()
  else {
    notifyHost(outcome || 'dismissed')
    // The page is not in a frame: go back to the page that the user came from.
    if (window.parent === window) history.back()
  }
}

const [answers, allow, more, hint] = ['.answers', '#allow', '#more', '#hint'].map(find)
const [content, footer, duration, end] = ['.scroll', '.footer', '.duration', '#end'].map(find)
let stableSince = performance.now()
/** Whether everything that the user agrees to was on the screen, or was scrolled past. */
let isAllSeen = false

/**
 * Keeps the buttons on the screen, and the duration with them, unless it leaves too little of the screen, as with a large text.
 * Then it is the last part of the content.
 */
function layOut() {
  document.body.classList.add('pinned')
  const height = duration.offsetHeight + answers.offsetHeight
  const isTooHigh = height > innerHeight * MAX_FOOTER_SHARE
  const [parent, next] = isTooHigh ? [content, end] : [footer, answers]
  if (duration.parentElement !== parent) parent.insertBefore(duration, next)
}

function isEndVisible() {
  const { bottom } = end.getBoundingClientRect()
  return bottom > 0 && bottom <= content.getBoundingClientRect().bottom + 1
}

function activateAllow() {
  isAllSeen = true
  allow.removeAttribute('aria-disabled')
  allow.removeAttribute('aria-describedby')
  more.hidden = true
  hint.textContent = ''
}

/** Deactivates “allow” until the end of the prompt was visible. It stays focusable, so that it can explain why. */
function awaitEnd() {
  if (isEndVisible()) return activateAllow()
  allow.setAttribute('aria-disabled', 'true')
  allow.setAttribute('aria-describedby', 'more')
  more.hidden = false
  if ('IntersectionObserver' in window)
    new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) activateAllow()
    }).observe(end)
  else
    for (const name of ['scroll', 'resize'])
      addEventListener(name, () => isEndVisible() && activateAllow(), true)
}

/** Scrolls on to the next part that the user has not seen. */
function showMore() {
  content.scrollTop += content.clientHeight * 0.8
}

/** The prompt has moved, so the next tap may have been meant for other content. Disables the buttons for a moment. */
function restartStableTime() {
  stableSince = performance.now()
  answers.style.animation = 'none'
  answers.getBoundingClientRect()
  answers.style.animation = ''
}

/** @returns {boolean} whether “allow” may be submitted now; otherwise shows what is missing */
function mayAllow() {
  if (performance.now() - stableSince < STABLE_MS) return false
  if (isAllSeen) return true
  hint.textContent = hint.dataset.text
  showMore()
  return false
}

if (answers) {
  /** Closing the window without a decision dismisses the prompt, so that the next one can be opened. */
  let isAnswered = false
  /** The button that was pressed. Old web views do not tell it with the event `submit`. */
  let pressed = ''
  const form = find('form')
  const opener = find('[name=opener]').value
  keepOpener(opener, form.getAttribute('action'))
  layOut()
  awaitEnd()
  addEventListener('resize', layOut)
  // The text size can change without a change of the window.
  if ('ResizeObserver' in window) new ResizeObserver(layOut).observe(answers)
  for (const name of ['resize', 'pageshow']) addEventListener(name, restartStableTime)
  document.addEventListener('visibilitychange', restartStableTime)
  more.addEventListener('click', showMore)
  document.addEventListener(
    'click',
    ({ target }) => {
      if (target instanceof HTMLButtonElement) pressed = target.id
    },
    true,
  )
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    find('#offline').hidden = navigator.onLine
    if (!navigator.onLine || (pressed === 'allow' && !mayAllow())) event.preventDefault()
    else isAnswered = true
  })
  addEventListener('pagehide', ({ persisted }) => {
    if (isAnswered || persisted) return
    const answer = new URLSearchParams({ answer: 'dismiss', opener })
    navigator.sendBeacon(form.getAttribute('action'), answer)
  })
  find('h1').focus()
  addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) {
      event.preventDefault()
      event.target.click()
    }
  })
}
if (document.body.classList.contains('overlay')) {
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') closePage()
  })
  document.body.addEventListener('click', (event) => {
    if (event.target === document.body) closePage()
  })
}
if (find('#close')) find('#close').addEventListener('click', closePage)
if (outcome) notifyHost(outcome)
// The server does not know the user's time zone. Tell it once, so that it writes all dates in that zone.
if (document.querySelector('[data-needs-time-zone]') && location.search === '') {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  if (timeZone) location.replace(`${location.pathname}?timeZone=${encodeURIComponent(timeZone)}`)
}
