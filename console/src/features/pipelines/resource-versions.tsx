import { Button, Group, Stack, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { Asked, Empty, Toolbar } from '@/kit/states.tsx'
import { CheckButton, type ResourcePlace, resourcePath } from './check-resource.tsx'
import type { CursorSearch } from './cursor.ts'
import { cursorQuery, Turning } from './turning.tsx'
import { VersionRow } from './version-row.tsx'
import { versionLine } from './version-text.tsx'

export interface VersionSearch extends CursorSearch {
  /** `ref:3f0c, other:value`. */
  filter?: string
  /** The one whose builds are shown. */
  version?: number
}

interface Props {
  place: ResourcePlace
  resource: Schema<'Resource'>
  search: VersionSearch
  onSearch: (search: VersionSearch) => void
}

export function ResourceVersions({ place, resource, search, onSearch }: Props) {
  const { t } = useTranslation(['pipelines', 'common'])
  const filters = (search.filter ?? '').split(',').flatMap((part) => part.trim() || [])
  const versions = useAsk(
    'getResourceVersions',
    { path: resourcePath(place), query: { ...cursorQuery(search), ...(filters.length > 0 ? { filter_version: filters } : {}) } },
    { every: 8000, keep: true },
  )
  return (
    <Stack gap="sm" component="section" aria-label={t('version.many')}>
      <Title order={2} size="h4">
        {t('version.many')}
      </Title>
      <Filter filter={search.filter ?? ''} onFilter={(filter) => onSearch(filter ? { filter } : {})} />
      <Asked of={versions}>
        {({ data, pagination_concourse }) =>
          data.length === 0 ? (
            search.filter ? (
              <Empty title={t('common:table.nothingFound')} />
            ) : (
              <Empty title={t('version.empty')} action={<CheckButton place={place} />}>
                {t('version.emptyAbout')}
              </Empty>
            )
          ) : (
            <>
              <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }}>
                {data.map((version) => (
                  <VersionRow
                    key={version.id}
                    place={place}
                    version={version}
                    pinned={resource.pinned_version !== undefined && versionLine(resource.pinned_version) === versionLine(version.version)}
                    inConfig={resource.pinned_in_config ?? false}
                    open={search.version === version.id}
                    onOpen={(open) => {
                      const { version: _, ...rest } = search
                      onSearch(open ? { ...rest, version: version.id } : rest)
                    }}
                  />
                ))}
              </Stack>
              <Turning
                pagination={pagination_concourse}
                search={search}
                onSearch={(cursor) => onSearch({ ...(search.filter ? { filter: search.filter } : {}), ...cursor })}
              />
            </>
          )
        }
      </Asked>
    </Stack>
  )
}

function Filter({ filter, onFilter }: { filter: string; onFilter: (filter: string) => void }) {
  const { t } = useTranslation(['pipelines', 'common'])
  const [typed, setTyped] = useState(filter)
  const wrong = typed.split(',').some((part) => part.trim() !== '' && !/^[^:]+:.+$/.test(part.trim()))
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (!wrong) onFilter(typed.trim())
      }}
    >
      <Toolbar>
        <TextInput
          label={t('version.filter')}
          description={t('version.filterAbout')}
          value={typed}
          onChange={({ currentTarget: { value } }) => setTyped(value)}
          error={wrong ? t('version.filterRule') : undefined}
          w={{ base: '100%', xs: 320 }}
        />
        <Group gap="xs">
          <Button type="submit" variant="default">
            {t('common:table.filter')}
          </Button>
          {filter && (
            <Button
              variant="subtle"
              onClick={() => {
                setTyped('')
                onFilter('')
              }}
            >
              {t('version.all')}
            </Button>
          )}
        </Group>
      </Toolbar>
    </form>
  )
}
