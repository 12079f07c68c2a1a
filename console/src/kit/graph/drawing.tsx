import '@xyflow/react/dist/style.css'
import { Graph as Layers, layout } from '@dagrejs/dagre'
import { Group, Text, useComputedColorScheme, VisuallyHidden } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import {
  Background,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  type ReactFlowInstance,
} from '@xyflow/react'
import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { GraphEdge, GraphNode, GraphProps } from '../graph.tsx'
import classes from './drawing.module.css'

type Drawn = Node<{ thing: GraphNode; direction: 'LR' | 'TB' }, 'thing'>

const size = { width: 200, height: 58 }
const fit = { maxZoom: 1, padding: 0.12 }
/** Pixels. */
const narrow = 520
const nodeTypes = { thing: Thing }

export default function Drawing({ label, nodes, edges, height = 420, direction: wanted = 'LR', selected, onSelect }: GraphProps) {
  const scheme = useComputedColorScheme()
  const { t } = useTranslation()
  const { ref: frame, width } = useElementSize()
  // Beside each other, things on a telephone would be too small to read.
  const direction = width > 0 && width < narrow ? 'TB' : wanted
  // Where things are depends on what there is, not on how it is doing: states change every second.
  const shape = JSON.stringify([nodes.map(({ id }) => id), edges.map(({ from, to }) => [from, to]), direction])
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the nodes and edges
  const places = useMemo(() => placesOf(nodes, edges, direction), [shape])
  const drawn: Drawn[] = nodes.map((node) => ({
    id: node.id,
    type: 'thing',
    position: places.get(node.id) ?? { x: 0, y: 0 },
    data: { thing: node, direction },
    selected: node.id === selected,
    ariaRole: onSelect ? 'button' : 'group',
    domAttributes: onSelect ? { 'aria-pressed': node.id === selected } : {},
    ...size,
  }))
  const lines: Edge[] = edges.map(({ from, to, dashed, label: text }) => ({
    id: `${from}→${to}`,
    source: from,
    target: to,
    label: text,
    focusable: false,
    markerEnd: { type: MarkerType.ArrowClosed },
    ...(dashed ? { style: { strokeDasharray: '4 4' } } : {}),
  }))
  const choose = (id: string) => onSelect?.(id)
  const flow = useRef<ReactFlowInstance<Drawn>>(null)
  const moved = useRef(false)
  // A panel that opens beside it takes room away: everything stays in sight, unless somebody chose what to look at.
  useEffect(() => {
    if (width > 0 && !moved.current) void flow.current?.fitView(fit)
  }, [width])
  return (
    <section
      ref={frame}
      className={classes.frame}
      style={{ height }}
      aria-label={label}
      onKeyDown={(event) => {
        const id = event.target instanceof HTMLElement ? event.target.dataset['id'] : undefined
        if (id === undefined || (event.key !== 'Enter' && event.key !== ' ')) return
        event.preventDefault()
        event.stopPropagation()
        choose(id)
      }}
    >
      <ReactFlow<Drawn>
        key={shape}
        nodes={drawn}
        edges={lines}
        nodeTypes={nodeTypes}
        colorMode={scheme}
        fitView
        fitViewOptions={fit}
        onInit={(made) => {
          flow.current = made
        }}
        onMoveStart={(event) => {
          if (event) moved.current = true
        }}
        minZoom={0.1}
        maxZoom={2}
        nodesDraggable={false}
        nodesConnectable={false}
        // The wheel scrolls the page below; with Ctrl, or two fingers, it zooms the drawing.
        zoomOnScroll={false}
        preventScrolling={false}
        zoomActivationKeyCode="Control"
        deleteKeyCode={null}
        selectionKeyCode={null}
        onNodeClick={(_, { id }) => choose(id)}
        proOptions={{ hideAttribution: true }}
        ariaLabelConfig={{
          'controls.ariaLabel': t('graph.controls'),
          'controls.zoomIn.ariaLabel': t('graph.zoomIn'),
          'controls.zoomOut.ariaLabel': t('graph.zoomOut'),
          'controls.fitView.ariaLabel': t('graph.fit'),
          'node.a11yDescription.default': t('graph.how'),
        }}
      >
        <Background />
        <Controls showInteractive={false} />
      </ReactFlow>
      <Connections nodes={nodes} edges={edges} />
    </section>
  )
}

const wordsOf = ({ label, note, state }: GraphNode): string => [label, note, state].filter(Boolean).join(', ')

/** What the lines say, for who does not see them. */
function Connections({ nodes, edges }: Pick<GraphProps, 'nodes' | 'edges'>) {
  const { t } = useTranslation()
  const labels = new Map(nodes.map(({ id, label }) => [id, label]))
  return (
    <VisuallyHidden>
      <ul>
        {nodes.map((node) => {
          const next = edges.filter(({ from }) => from === node.id).flatMap(({ to }) => labels.get(to) ?? [])
          return (
            <li key={node.id}>
              {wordsOf(node)}
              {next.length > 0 && ` · ${t('graph.leads', { to: next.join(', ') })}`}
            </li>
          )
        })}
      </ul>
    </VisuallyHidden>
  )
}

function Thing({ data: { thing, direction }, selected }: NodeProps<Drawn>) {
  const { label, note, state, icon, color, live, shape } = thing
  const [from, to] = direction === 'LR' ? [Position.Left, Position.Right] : [Position.Top, Position.Bottom]
  const tint = `var(--mantine-color-${color ?? 'gray'}-outline)`
  return (
    <div className={classes.thing} data-live={live} data-shape={shape} data-selected={selected} style={{ borderColor: tint }}>
      <Handle type="target" position={from} isConnectable={false} className={classes.handle} />
      <Group gap={8} wrap="nowrap">
        {icon}
        <div style={{ minWidth: 0 }}>
          <Text size="sm" fw={600} truncate>
            {label}
          </Text>
          {note && (
            <Text size="xs" c="dimmed" truncate>
              {note}
            </Text>
          )}
          {/* Said, where it is only seen as a colour. */}
          {state && <VisuallyHidden>{state}</VisuallyHidden>}
        </div>
      </Group>
      <Handle type="source" position={to} isConnectable={false} className={classes.handle} />
    </div>
  )
}

function placesOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[], direction: 'LR' | 'TB'): Map<string, { x: number; y: number }> {
  const graph = new Layers()
  // What stands on a line needs room between its ends.
  graph.setGraph({ rankdir: direction, nodesep: 24, ranksep: edges.some(({ label }) => label) ? 120 : 70 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id } of nodes) graph.setNode(id, { ...size })
  for (const { from, to } of edges) if (graph.hasNode(from) && graph.hasNode(to)) graph.setEdge(from, to)
  layout(graph)
  return new Map(
    nodes.map(({ id }) => {
      const { x, y } = graph.node(id) as { x: number; y: number }
      return [id, { x: x - size.width / 2, y: y - size.height / 2 }]
    }),
  )
}
