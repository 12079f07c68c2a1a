/** Code to read, to write and to compare. Loaded when a page first shows some: CodeMirror is large. */
import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'

export type CodeLanguage = 'yaml' | 'hcl' | 'rego' | 'json' | 'text'

export interface CodeProps {
  value: string
  language: CodeLanguage
  /** What it is, for screen readers. */
  label: string
  /** Absent: for reading only. */
  onChange?: (value: string) => void
  /** Shown where they are; lines count from 1. */
  problems?: readonly { line: number; message: string }[]
  /** Ctrl or ⌘ and S. */
  onSave?: (value: string) => void
  minHeight?: number
  maxHeight?: number
}

export interface DiffProps {
  before: string
  after: string
  language: CodeLanguage
  label: string
}

const Editor = lazy(() => import('./code/editor.tsx'))
const Diff = lazy(() => import('./code/diff.tsx'))

export const Code = (props: CodeProps) => (
  <Suspense fallback={<Skeleton height={props.minHeight ?? 120} />}>
    <Editor {...props} />
  </Suspense>
)

/** One file before and after, with what changed marked; what did not is folded. */
export const CodeDiff = (props: DiffProps) => (
  <Suspense fallback={<Skeleton height={120} />}>
    <Diff {...props} />
  </Suspense>
)
