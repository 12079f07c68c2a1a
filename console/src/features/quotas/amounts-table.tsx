import { Table } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { type Amounts, dimensions, useAmount } from './amounts.ts'

interface AmountsTableProps<Row> {
  /** What has these amounts. */
  title: string
  rows: readonly Row[]
  name: (row: Row) => ReactNode
}

/** The three amounts beside what has them, in figures that can be compared. */
export function AmountsTable<Row extends Amounts & { id: number }>({ title, rows, name }: AmountsTableProps<Row>) {
  const { t } = useTranslation('quotas')
  const amount = useAmount()
  return (
    <Table.ScrollContainer minWidth={440}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{title}</Table.Th>
            {dimensions.map((dimension) => (
              <Table.Th key={dimension} ta="end">
                {t(`amounts.${dimension}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td>{name(row)}</Table.Td>
              {dimensions.map((dimension) => (
                <Table.Td key={dimension} ta="end">
                  {amount(row[dimension], dimension)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
