// The parts of a web view that the core and my.js use, for a JavaScript engine without a browser. Time passes when the test says so.
var window = globalThis
var parent = window
var now = 0
var timers = []
var performance = { now: () => now }
var navigator = { language: 'en' }
var crypto = {
  getRandomValues: (bytes) => bytes.map((_, index) => (bytes[index] = randomByte())) && bytes,
}

function setTimeout(run, milliseconds) {
  const timer = { run, at: now + (milliseconds || 0) }
  timers.push(timer)
  return timer
}
function clearTimeout(timer) {
  timers = timers.filter((one) => one !== timer)
}
/** Runs the next timer that is due by `until`. Returns whether there was one. */
function runTimer(until) {
  const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
  now = next ? Math.max(now, next.at) : until
  clearTimeout(next)
  if (next) next.run()
  return next !== undefined
}

function createTarget(target) {
  const listeners = []
  return Object.assign(target, {
    addEventListener: (type, listener) => void listeners.push({ type, listener }),
    removeEventListener(type, listener) {
      const index = listeners.findIndex((one) => one.type === type && one.listener === listener)
      if (index >= 0) listeners.splice(index, 1)
    },
    dispatchEvent(event) {
      for (const { type, listener } of [...listeners]) if (type === event.type) listener(event)
    },
  })
}
class AbortController {
  constructor() {
    this.signal = createTarget({ aborted: false })
  }
  abort() {
    if (this.signal.aborted) return
    this.signal.aborted = true
    this.signal.dispatchEvent({ type: 'abort' })
  }
}
class URL {
  constructor(text) {
    const parts = /^(https?:)\/\/([\w.:-]+)(\/[^?#]*)?(\?[^#]*)?(#.*)?$/.exec(text)
    if (!parts) throw new TypeError('Invalid URL')
    const [, protocol, host, pathname = '/', search = '', hash = ''] = parts
    Object.assign(this, { protocol, pathname, search, hash, origin: `${protocol}//${host}` })
  }
}
class Event {
  constructor(type) {
    this.type = type
  }
}
class HTMLElement {}
class HTMLIFrameElement extends HTMLElement {
  constructor() {
    super()
    Object.assign(this, { style: {}, contentWindow: {} })
  }
  focus() {}
  remove() {
    frames = frames.filter((one) => one !== this)
  }
}
var frames = []
createTarget(window)
var document = createTarget({
  readyState: 'complete',
  activeElement: null,
  defaultView: window,
  createElement: () => new HTMLIFrameElement(),
})
document.body = { ownerDocument: document, append: (frame) => void frames.push(frame) }
/** What the consent page in the last frame posts to the window that embeds it. */
function consentPagePosts(type) {
  const frame = frames[frames.length - 1]
  const { origin } = new URL(frame.src)
  window.dispatchEvent({ type: 'message', source: frame.contentWindow, origin, data: { type } })
}
var AssentBridge = { postMessage: (text) => nativePost(text), onmessage: null }
