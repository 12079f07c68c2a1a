/** From row to row by arrow keys, in the column where the focus is; Home and End go to the first and last row. */
import type { KeyboardEvent } from 'react'

const steps: Readonly<Record<string, (index: number, count: number) => number>> = {
  ArrowDown: (index) => index + 1,
  ArrowUp: (index) => index - 1,
  PageDown: (index) => index + 10,
  PageUp: (index) => index - 10,
  Home: () => 0,
  End: (_, count) => count - 1,
}

const reachable = 'a[href], button, input, [tabindex]:not([tabindex="-1"])'

export function moveInTable(event: KeyboardEvent<HTMLElement>, count: number, scrollTo: (index: number) => void): void {
  const { target, key, currentTarget: table } = event
  const step = steps[key]
  if (
    !step ||
    event.defaultPrevented ||
    !(target instanceof HTMLElement) ||
    target.matches('input:not([type="checkbox"]), textarea, select, [aria-haspopup]')
  )
    return
  const row = target.closest<HTMLElement>('[data-index]')
  const cell = target.closest('[role="cell"]')
  if (!row || !cell || !table.contains(row)) return
  event.preventDefault()
  const column = [...row.children].indexOf(cell)
  const next = Math.min(count - 1, Math.max(0, step(Number(row.dataset['index']), count)))
  scrollTo(next)
  // The row may not exist before the next frames.
  const focus = (tries: number) => {
    const found = table.querySelector<HTMLElement>(`[data-index="${next}"]`)
    const there = found?.children[column]?.querySelector<HTMLElement>(reachable) ?? found?.querySelector<HTMLElement>(reachable)
    if (there) there.focus({ preventScroll: true })
    else if (tries > 0) requestAnimationFrame(() => focus(tries - 1))
  }
  focus(30)
}
