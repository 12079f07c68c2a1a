/** Lists of the engine have no page numbers: they go on from an item, to older or newer ones. */
import { Button, Group } from '@mantine/core'
import { IconChevronLeft, IconChevronRight, IconChevronsLeft } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import type { CursorSearch } from './cursor.ts'

const size = 50

export const cursorQuery = ({ since, until }: CursorSearch) => ({
  concourse_page_limit: size,
  ...(since ? { concourse_page_since: since } : {}),
  ...(until ? { concourse_page_until: until } : {}),
})

interface TurningProps {
  pagination: Schema<'PaginationConcourse'>
  search: CursorSearch
  onSearch: (search: CursorSearch) => void
}

export function Turning({ pagination: { next, previous }, search, onSearch }: TurningProps) {
  const { t } = useTranslation('pipelines')
  const first = !search.since && !search.until
  if (first && !next.since) return null
  return (
    <Group component="nav" aria-label={t('turn.label')} gap="xs" wrap="wrap">
      <Button
        variant="default"
        size="compact-sm"
        disabled={first}
        leftSection={<IconChevronsLeft size={16} />}
        onClick={() => onSearch({})}
      >
        {t('turn.newest')}
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        disabled={!previous.until}
        leftSection={<IconChevronLeft size={16} />}
        onClick={() => onSearch({ until: previous.until })}
      >
        {t('turn.newer')}
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        disabled={!next.since}
        rightSection={<IconChevronRight size={16} />}
        onClick={() => onSearch({ since: next.since })}
      >
        {t('turn.older')}
      </Button>
    </Group>
  )
}
