import { MantineProvider } from '@mantine/core'
import { render, screen } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import MarkdownText from './markdown-text.tsx'

const show = (text: string) =>
  render(
    <MantineProvider>
      <MarkdownText text={text} from={3} />
    </MantineProvider>,
  ).container

describe('the README of a stack', () => {
  test('is headings below those of the page, lists, code, tables and links', () => {
    show('# Web\n\nServes `pages` from [here](https://example.com).\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |')
    expect(screen.getByRole('heading', { level: 3 }).textContent).toBe('Web')
    expect(screen.getByRole('link').getAttribute('href')).toBe('https://example.com')
    expect(screen.getAllByRole('listitem')).toHaveLength(2)
    expect(screen.getAllByRole('cell').map(({ textContent }) => textContent)).toEqual(['1', '2'])
  })

  test.each([
    ['HTML', '<img src=x onerror=alert(1)><script>alert(1)</script>'],
    ['a picture of another host', '![a picture](https://elsewhere.example/x.png)'],
    ['a link that runs something', '[x](javascript:alert(1)) [y](data:text/html,<script>) [z](//elsewhere.example)'],
  ])('makes nothing of %s but words', (_, text) => {
    const made = show(text)
    expect(made.querySelectorAll('img, script, a')).toHaveLength(0)
  })

  test.each([
    ['a heading of spaces', `#${' '.repeat(50_000)}x\u2028y`],
    ['brackets', '['.repeat(20_000)],
    ['links that do not end', '[a]('.repeat(10_000)],
    ['a table of spaces', `|${' '.repeat(20_000)}|\n|${' '.repeat(20_000)}-|`],
    ['emphasis', '*a_'.repeat(10_000)],
  ])('that is made to be slow is not: %s', (_, text) => {
    const begun = performance.now()
    show(text)
    expect(performance.now() - begun).toBeLessThan(3000)
  })
})
