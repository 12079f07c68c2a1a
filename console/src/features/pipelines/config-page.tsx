import { Tabs } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { ConfigEditor } from './config-editor.tsx'
import { ConfigHistory, type HistorySearch } from './config-history.tsx'
import { type PipelinePlace, pipelineRoute } from './place.ts'

export interface ConfigSearch extends HistorySearch {
  tab?: 'history'
}

interface Props {
  place: PipelinePlace
  search: ConfigSearch
  /** `saved`: nothing is lost by going there. */
  onSearch: (search: ConfigSearch, saved?: boolean) => void
}

export function ConfigPage({ place, search, onSearch }: Props) {
  const { t } = useTranslation('pipelines')
  return (
    <Page
      title={t('config.of', { name: place.pipeline })}
      description={
        <LinkTo to={pipelineRoute} params={place} size="sm">
          {t('config.back')}
        </LinkTo>
      }
    >
      <Tabs value={search.tab ?? 'edit'} onChange={(tab) => onSearch(tab === 'history' ? { tab } : {})} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="edit">{t('config.edit')}</Tabs.Tab>
          <Tabs.Tab value="history">{t('config.history')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="edit">
          <ConfigEditor place={place} onSaved={() => onSearch({ tab: 'history' }, true)} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <ConfigHistory place={place} search={search} onSearch={(next) => onSearch({ ...next, tab: 'history' })} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}
