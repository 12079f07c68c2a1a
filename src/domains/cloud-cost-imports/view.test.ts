import { expect, test } from 'vitest'
import { progressOf } from './view.ts'

const row = { status: 'running', stage: 'reading', files_total: 4, files_done: 0, bytes_total: 1000, bytes_done: 0 }

test('progress only grows, and is whole at the end alone', () => {
  const steps = [
    { ...row, status: 'waiting', stage: '' },
    { ...row, stage: 'listing' },
    row,
    { ...row, bytes_done: 500 },
    { ...row, bytes_done: 1000 },
    { ...row, bytes_done: 1000, stage: 'adding_up' },
    { ...row, bytes_done: 1000, stage: 'checking' },
    { ...row, bytes_done: 1000, stage: 'switching' },
    { ...row, status: 'succeeded', stage: '' },
  ].map(progressOf)
  expect(steps).toEqual([...steps].sort((one, other) => one - other))
  expect(steps[0]).toBe(0)
  expect(steps.slice(0, -1).every((step) => step < 1)).toBe(true)
  expect(steps.at(-1)).toBe(1)
})

test('progress does not go back between statements, and months that are added up one after the other', () => {
  const half = { ...row, files_done: 2, bytes_done: 500 }
  const whole = { ...row, files_done: 4, bytes_done: 1000 }
  const steps = [
    { ...half, files_done: 1 },
    ...['adding_up', 'checking', 'switching', 'reading'].map((stage) => ({ ...half, stage })),
    { ...half, bytes_done: 1000, files_done: 3 },
    ...['adding_up', 'checking', 'switching', 'reading'].map((stage) => ({ ...half, bytes_done: 1000, files_done: 3, stage })),
    whole,
    ...['adding_up', 'checking', 'switching', 'adding_up', 'checking', 'switching'].map((stage) => ({ ...whole, stage })),
  ].map(progressOf)
  expect(steps).toEqual([...steps].sort((one, other) => one - other))
})

test('files are counted where nobody knows how many bytes there are', () => {
  const unknown = { ...row, bytes_total: 0, bytes_done: 12345 }
  expect(progressOf({ ...unknown, files_done: 2 })).toBeGreaterThan(progressOf(unknown))
  expect(progressOf({ ...unknown, files_total: 0 })).toBeLessThan(0.1)
})
