import { Anchor, Blockquote, Code, Divider, List, Table, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'

/** Longer ones are no texts to read, and take long to be taken apart. */
const longest = 200_000

/** Nothing of the text becomes markup of the page: HTML in it stays text, pictures become their words, links lead to http(s) only. */
export default function MarkdownText({ text, from }: { text: string; from: 2 | 3 }) {
  return (
    <div style={{ overflowWrap: 'anywhere', fontSize: 'var(--mantine-font-size-sm)' }}>
      <ReactMarkdown remarkPlugins={[remarkGfm]} components={from === 2 ? fromTwo : fromThree}>
        {readable(text)}
      </ReactMarkdown>
    </div>
  )
}

/**
 * The reader takes time in the square of the marks of one paragraph (30,000 took 13 s), which no writer needs so many of: beyond some
 * hundreds they are letters.
 */
const readable = (text: string): string =>
  text
    .slice(0, longest)
    .split(/(\n[ \t]*\n)/)
    .map((paragraph) => ((paragraph.match(marks)?.length ?? 0) > mostMarks ? paragraph.replace(marks, '\\$&') : paragraph))
    .join('')
const marks = /[*_[\]~`]/g
const mostMarks = 800

const heading =
  (order: 2 | 3 | 4 | 5 | 6) =>
  ({ children }: { children?: ReactNode }) => (
    <Title order={order} size={order <= 3 ? 'h4' : 'h5'} mt="md" mb="xs">
      {children}
    </Title>
  )

const pieces: Components = {
  // Addresses within a repository lead nowhere here: their words stay.
  a: ({ href = '', children }) =>
    /^https?:\/\//.test(href) ? (
      <Anchor href={href} target="_blank" rel="noopener noreferrer nofollow" inherit underline="always">
        {children}
      </Anchor>
    ) : (
      <span>{children}</span>
    ),
  img: ({ alt }) => <span>{alt}</span>,
  input: ({ checked }) => <span>{checked ? '☑ ' : '☐ '}</span>,
  pre: ({ children }) => <div style={{ margin: '8px 0' }}>{children}</div>,
  code: ({ children }) => <Code block={String(children).includes('\n')}>{children}</Code>,
  blockquote: ({ children }) => <Blockquote p="sm">{children}</Blockquote>,
  hr: () => <Divider my="sm" />,
  ul: ({ children }) => (
    <List size="sm" withPadding>
      {children}
    </List>
  ),
  ol: ({ children }) => (
    <List type="ordered" size="sm" withPadding>
      {children}
    </List>
  ),
  li: ({ children }) => <List.Item>{children}</List.Item>,
  table: ({ children }) => (
    <Table.ScrollContainer minWidth={280}>
      <Table withTableBorder>{children}</Table>
    </Table.ScrollContainer>
  ),
}

const fromTwo: Components = { ...pieces, h1: heading(2), h2: heading(3), h3: heading(4), h4: heading(5), h5: heading(6), h6: heading(6) }
const fromThree: Components = { ...pieces, h1: heading(3), h2: heading(4), h3: heading(5), h4: heading(6), h5: heading(6), h6: heading(6) }
