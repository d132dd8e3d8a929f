// What happy-dom lacks, and Mantine and the plots ask for.
import { afterEach } from 'vitest'
import { cleanup, configure } from '@testing-library/react'

// A page is loaded and compiled when it is first opened; how soon is the machine's affair, and no test is about it.
configure({ asyncUtilTimeout: 10_000 })

window.matchMedia ??= ((query: string) => ({
  matches: false,
  media: query,
  addEventListener() {},
  removeEventListener() {},
  addListener() {},
  removeListener() {},
  onchange: null,
  dispatchEvent: () => false,
})) as typeof window.matchMedia
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
} as typeof ResizeObserver
// Draws nothing.
const nowhere = new Proxy(
  {},
  { get: (_, name) => (name === 'measureText' ? () => ({ width: 10 }) : () => undefined), set: () => true },
)
HTMLCanvasElement.prototype.getContext = (() => nowhere) as unknown as typeof HTMLCanvasElement.prototype.getContext
Element.prototype.scrollIntoView = () => {}

class Silent {
  onopen = null
  onerror = null
  readyState = 0
  close() {}
  addEventListener() {}
}
globalThis.EventSource = Silent as unknown as typeof EventSource
;(globalThis as { Path2D?: unknown }).Path2D ??= class {
  moveTo() {}
  lineTo() {}
  rect() {}
  closePath() {}
}
// What grows with its text asks when fonts are there.
;(document as { fonts?: unknown }).fonts ??= { addEventListener() {}, removeEventListener() {} }

afterEach(cleanup)
