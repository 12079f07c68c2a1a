/** Things and the lines between them: pipelines, infrastructure. Loaded when a page first shows one. */
import { Skeleton } from '@mantine/core'
import { lazy, type ReactNode, Suspense } from 'react'

export interface GraphNode {
  id: string
  label: string
  /** Below the label. */
  note?: string | undefined
  icon?: ReactNode
  /** A colour of the theme, for the edge and a faint fill; its meaning has to stand in `note` or `state` too. */
  color?: string | undefined
  /** Said by screen readers after the label: "running". */
  state?: string | undefined
  /** Something moves: the border pulses. */
  live?: boolean
  shape?: 'box' | 'pill'
}

export interface GraphEdge {
  from: string
  to: string
  dashed?: boolean
  label?: string | undefined
}

export interface GraphProps {
  label: string
  nodes: readonly GraphNode[]
  edges: readonly GraphEdge[]
  height?: number
  direction?: 'LR' | 'TB'
  selected?: string | undefined
  onSelect?: (id: string) => void
}

const Drawing = lazy(() => import('./graph/drawing.tsx'))

export const Graph = (props: GraphProps) => (
  <Suspense fallback={<Skeleton height={props.height ?? 420} />}>
    <Drawing {...props} />
  </Suspense>
)
