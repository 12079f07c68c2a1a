/**
 * A table of any length: only the rows on the screen exist. A real table for screen readers, which are told how many rows there are.
 * Rows are all of one height, so that the place of row 9,000 is known without measuring those before it.
 */
import { Skeleton, Text, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PagedList } from '@/api/paged.ts'
import classes from './data-table.module.css'
import { moveInTable } from './data-table-keys.ts'
import { Pending, ProblemAlert, Refused } from './states.tsx'

export interface Column<Row> {
  key: string
  title: string
  /** As in `grid-template-columns`, in lengths that do not depend on content: `120px`, `minmax(160px, 2fr)`. */
  width?: string
  cell: (row: Row) => ReactNode
  align?: 'end'
  /** The link in this cell is that of the whole row. */
  leads?: boolean
  /** The API sorts by it: `onSort` is told. */
  sortable?: boolean
  /** For rows that are all here: sorted by this in place. */
  sortBy?: (row: Row) => string | number
}

export interface Sort {
  /** Of the column. */
  key: string
  descending: boolean
}

interface DataTableProps<Row> {
  /** What the rows are, for screen readers. */
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[] | PagedList<Row>
  rowKey: (row: Row) => string | number
  /** Shown in place of the table when there are no rows. */
  empty: ReactNode
  rowHeight?: number
  sort?: Sort | undefined
  onSort?: (sort: Sort) => void
}

const isPaged = <Row,>(rows: readonly Row[] | PagedList<Row>): rows is PagedList<Row> => 'rowAt' in rows

export function DataTable<Row>({ label, columns, rows, rowKey, empty, rowHeight = 45, sort, onSort }: DataTableProps<Row>) {
  const { t } = useTranslation()
  const frame = useRef<HTMLDivElement>(null)
  const [ownSort, setOwnSort] = useState<Sort>()
  const paged = isPaged(rows)
  const sorted = useMemo(() => (isPaged(rows) ? rows : inOrder(rows, columns, ownSort)), [rows, columns, ownSort])
  const count = paged ? rows.total : rows.length
  const virtual = useVirtualizer({
    count: count ?? 0,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollPaddingStart: headHeight,
  })
  const visible = virtual.getVirtualItems()
  const [first, last] = [visible[0]?.index ?? 0, visible.at(-1)?.index ?? 0]
  const show = paged ? rows.show : undefined
  useEffect(() => show?.(first, last), [show, first, last])

  if (paged && rows.problem && count === undefined) return <Refused error={rows.problem} again={rows.again} />
  if (count === undefined) return <Pending />
  if (count === 0) return <>{empty}</>
  const template = columns.map(({ width }) => width ?? usual).join(' ')
  const least = columns.reduce((sum, { width }) => sum + Number(/(\d+)px/.exec(width ?? usual)?.[1] ?? 60), 0)
  const height = virtual.getTotalSize()
  const shown = sort ?? ownSort
  return (
    <div>
      {paged && <ProblemAlert problem={rows.problem} again={rows.again} />}
      {/* biome-ignore-start lint/a11y/useSemanticElements: rows that stand where their number says cannot be those of a table element */}
      <div
        ref={frame}
        className={classes.frame}
        style={{ height: height + headHeight + 2 }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
        tabIndex={0}
        role="region"
        aria-label={label}
      >
        <div
          className={classes.table}
          style={{ minWidth: least }}
          role="table"
          aria-label={label}
          aria-rowcount={count + 1}
          aria-busy={paged && rows.changing}
          onKeyDown={(event) => moveInTable(event, count, (index) => virtual.scrollToIndex(index))}
        >
          <div role="rowgroup" className={classes.head}>
            <div
              role="row"
              aria-rowindex={1}
              className={classes.row}
              style={{ gridTemplateColumns: template, height: headHeight }}
              tabIndex={-1}
            >
              {columns.map((column) => (
                <Heading key={column.key} column={column} sort={shown} onSort={column.sortBy ? setOwnSort : onSort} />
              ))}
            </div>
          </div>
          <div role="rowgroup" className={classes.body} style={{ height }}>
            {visible.map(({ index, start }) => {
              const row = isPaged(sorted) ? sorted.rowAt(index) : sorted[index]
              return (
                <RowOf
                  key={row === undefined ? `place-${index}` : rowKey(row)}
                  row={row}
                  columns={columns as readonly Column<unknown>[]}
                  template={template}
                  index={index}
                  start={start}
                  height={rowHeight}
                />
              )
            })}
          </div>
        </div>
      </div>
      {/* biome-ignore-end lint/a11y/useSemanticElements: as above */}
      <Text size="xs" c="dimmed" role="status" mt={6}>
        {t('states.rows', { count })}
      </Text>
    </div>
  )
}

const usual = 'minmax(120px, 1fr)'
const headHeight = 40

interface RowOfProps {
  row: unknown
  columns: readonly Column<unknown>[]
  template: string
  index: number
  start: number
  height: number
}

/** Scrolling draws only rows that come into view: the others are as they were. */
const RowOf = memo(function RowOf({ row, columns, template, index, start, height }: RowOfProps) {
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: as above
    // biome-ignore lint/a11y/useFocusableInteractive: what can be focused is in the cells
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      className={classes.row}
      style={{ gridTemplateColumns: template, height, transform: `translateY(${start}px)` }}
    >
      {columns.map(({ key, cell, align, leads }) => (
        <div key={key} role="cell" className={classes.cell} data-align={align} data-leads={leads}>
          {row === undefined ? <Skeleton height={12} /> : cell(row)}
        </div>
      ))}
    </div>
    // biome-ignore-end lint/a11y/useSemanticElements: as above
  )
})

function Heading<Row>({
  column,
  sort,
  onSort,
}: {
  column: Column<Row>
  sort: Sort | undefined
  onSort: ((sort: Sort) => void) | undefined
}) {
  const { key, title, align, sortable, sortBy } = column
  const mine = sort?.key === key ? sort : undefined
  const Sign = mine ? (mine.descending ? IconArrowDown : IconArrowUp) : IconArrowsSort
  const can = onSort !== undefined && (sortable || sortBy)
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    <div
      role="columnheader"
      className={classes.cell}
      data-align={align}
      tabIndex={-1}
      {...(mine ? { 'aria-sort': mine.descending ? ('descending' as const) : ('ascending' as const) } : {})}
    >
      {can ? (
        <UnstyledButton className={classes.sort} onClick={() => onSort({ key, descending: mine ? !mine.descending : false })}>
          {title}
          <Sign size={14} aria-hidden data-idle={mine === undefined} />
        </UnstyledButton>
      ) : (
        title
      )}
    </div>
  )
}

function inOrder<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort | undefined): readonly Row[] {
  const by = columns.find(({ key }) => key === sort?.key)?.sortBy
  if (!by || !sort) return rows
  const turn = sort.descending ? -1 : 1
  return rows.toSorted((a, b) => {
    const [x, y] = [by(a), by(b)]
    return turn * (typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y)))
  })
}
