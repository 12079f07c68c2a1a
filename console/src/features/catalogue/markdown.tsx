/** READMEs and descriptions of stacks. They come from anybody's repository: loaded with its reader when a page first shows one. */
import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'

const Rendered = lazy(() => import('./markdown-text.tsx'))

/** @param from the level of its highest heading: the page's own come first */
export const Markdown = ({ text, from = 3 }: { text: string; from?: 2 | 3 }) => (
  <Suspense fallback={<Skeleton height={60} />}>
    <Rendered text={text} from={from} />
  </Suspense>
)
