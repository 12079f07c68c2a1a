/** A doughnut without its hole, with the same table beside it. */
import { Box, Group, Skeleton, Table } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'

export interface Slice {
  key: string
  label: string
  value: number
  color: string
}

const Drawing = lazy(() => import('./pie-drawing.tsx'))

export function Pie({ label, slices }: { label: string; slices: readonly Slice[] }) {
  const { i18n } = useTranslation()
  const sum = slices.reduce((all, { value }) => all + value, 0)
  const numbers = new Intl.NumberFormat(i18n.language)
  const percents = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 })
  return (
    <Group gap="xl" wrap="wrap" role="group" aria-label={label}>
      <Box aria-hidden>
        <Suspense fallback={<Skeleton height={170} width={170} circle />}>
          <Drawing slices={slices} />
        </Suspense>
      </Box>
      <Table aria-label={label} w="auto" flex="1 1 200px">
        <Table.Tbody>
          {slices.map(({ key, label: name, value, color }) => (
            <Table.Tr key={key}>
              <Table.Th scope="row" fw={500}>
                <Box component="span" display="inline-block" w={10} h={10} me={8} bg={color} aria-hidden />
                {name}
              </Table.Th>
              <Table.Td ta="end">{numbers.format(value)}</Table.Td>
              <Table.Td ta="end">{percents.format(sum === 0 ? 0 : value / sum)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Group>
  )
}
