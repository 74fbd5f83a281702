// @ts-check
// What the consent page does beyond HTML: tells its host when it is done, and closes without a choice on Esc or on a
// tap outside. Without this script every answer still works.

const { outcome, origins } = document.body.dataset

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

document.querySelector('h1')?.focus()
addEventListener('keydown', (event) => {
  if (event.key === 'Escape') close()
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement) {
    event.preventDefault()
    event.target.click()
  }
})
document.body.addEventListener('click', (event) => {
  if (event.target === document.body) close()
})
document.querySelector('#close')?.addEventListener('click', close)
if (outcome) tellHost(outcome)
