/** A stack at a glance. Its picture is on another host, which the console asks nothing of: initials stand for it. */
import { Avatar } from '@mantine/core'

const initialsOf = (name: string): string =>
  name
    .split(/[\s_-]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('')

export const StackSign = ({ name, size = 'md' }: { name: string; size?: 'md' | 'lg' }) => (
  <Avatar size={size} radius="md" color="initials" name={name} variant="filled" autoContrast aria-hidden alt="">
    {initialsOf(name)}
  </Avatar>
)

/** Descriptions are Markdown of several lines: what a card says of them is the first sentence, without its signs. */
export const firstLine = (markdown: string): string =>
  (markdown.split('\n').find((line) => line.trim() !== '') ?? '').replace(/^#+\s*/, '').replace(/[*_`]|\[([^\]]*)\]\([^)]*\)/g, '$1')
