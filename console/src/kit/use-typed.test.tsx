import { act, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { useTyped } from './use-typed.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** What arrives in the address, and when. */
let arrive: (text: string) => void = () => {}
let kept: string[] = []

function Field() {
  const [there, setThere] = useState('')
  arrive = (text) => act(() => setThere(text))
  const [text, type] = useTyped(there, (next) => kept.push(next))
  return <input value={text} onChange={(event) => type(event.currentTarget.value)} />
}

const field = () => screen.getByRole('textbox') as HTMLInputElement
const type = (value: string) => fireEvent.change(field(), { target: { value } })
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTime(milliseconds))

test('what somebody typed on while the address changed stays', () => {
  kept = []
  render(<Field />)
  type('w')
  expect(kept).toEqual([])
  pass(300)
  type('we')
  arrive('w')
  expect(field().value).toBe('we')
  pass(300)
  arrive('we')
  expect(kept).toEqual(['w', 'we'])
  expect(field().value).toBe('we')
})

test('what another one wrote into the address is taken over, and what was typed before is not written any more', () => {
  kept = []
  render(<Field />)
  type('web')
  pass(300)
  arrive('web')
  type('webs')
  arrive('')
  expect(field().value).toBe('')
  pass(300)
  expect(kept).toEqual(['web'])
  // Back.
  arrive('web')
  expect(field().value).toBe('web')
})
