import { Badge, ColorSwatch, Group, Image, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call, dataOf } from '@/api/client.ts'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import type { PathParameters, Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { useSearchValues } from '@/kit/filter.tsx'
import { imageOf } from '@/kit/look.ts'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty, NotFound } from '@/kit/states.tsx'
import { AppearanceForm } from './appearance-form.tsx'
import { hexOf } from './colours.ts'

const id = '/_in/organizations/$organization/appearances'

export function AppearancesPage() {
  const { t } = useTranslation('appearances')
  const { organization } = useParams({ from: id })
  const { appearance, panel } = useSearch({ from: id })
  const [, set] = useSearchValues()
  const path = { organization_canonical: organization }
  const found = useAsk('listAppearances', { path })
  const own = useAsk('getOrg', { path })
  const inForce = useAsk('getActiveAppearance', { path }, { enabled: panel === 'new' })
  const barred = own.data?.data.can_create_appearance === false ? t('list.barred') : undefined
  const close = () => set({ panel: undefined, appearance: undefined })
  const create = (
    <ActionButton
      operation="createAppearance"
      path={path}
      why={barred}
      leftSection={<IconPlus size={16} />}
      onClick={() => set({ panel: 'new', appearance: undefined })}
    >
      {t('list.create')}
    </ActionButton>
  )
  if (panel === 'new')
    return (
      <Page title={t('list.create')}>
        <Paper withBorder p="md" maw={720}>
          <Asked of={inForce}>
            {({ data }) => <AppearanceForm organization={organization} from={{ ...data, name: '' }} close={close} />}
          </Asked>
        </Paper>
      </Page>
    )
  return (
    <Asked of={found}>
      {({ data }) => {
        const edited = data.find(({ canonical }) => canonical === appearance)
        if (appearance !== undefined)
          return edited ? (
            <Page title={edited.name}>
              <Paper withBorder p="md" maw={720}>
                <AppearanceForm key={edited.canonical} organization={organization} from={edited} appearance={edited} close={close} />
              </Paper>
            </Page>
          ) : (
            <NotFound />
          )
        return (
          <Page title={t('list.title')} description={t('list.description')} actions={create}>
            {data.length === 0 ? (
              <Empty title={t('list.empty')} action={create}>
                {barred ?? t('list.emptyHint')}
              </Empty>
            ) : (
              <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
                {data.map((one) => (
                  <Card key={one.canonical} organization={organization} appearance={one} edit={() => set({ appearance: one.canonical })} />
                ))}
              </SimpleGrid>
            )}
          </Page>
        )
      }}
    </Asked>
  )
}

const stale = ['listAppearances', 'getActiveAppearance'] as const

/** Switches it on or off, and leaves everything else of it as it is now, whoever changed it meanwhile. */
async function setActive(path: PathParameters<'updateAppearance'>, is_active: boolean): Promise<void> {
  const now = await dataOf('getAppearance', { path })
  await call('updateAppearance', { path, body: { ...now, is_active } })
}

function Card({ organization, appearance, edit }: { organization: string; appearance: Schema<'Appearance'>; edit: () => void }) {
  const { t } = useTranslation(['appearances', 'common'])
  const { canonical, name, is_active = false, color, logo, display_name } = appearance
  const path = { organization_canonical: organization, appearance_canonical: canonical }
  const remove = useChange('deleteAppearance')
  const [changing, setChanging] = useState(false)
  const wear = async () => {
    setChanging(true)
    try {
      const before = (await dataOf('listAppearances', { path })).find(({ is_active }) => is_active)?.canonical
      await setActive(path, !is_active)
      const back = () =>
        is_active || before === undefined ? setActive(path, is_active) : setActive({ ...path, appearance_canonical: before }, true)
      tell(t(is_active ? 'list.off' : 'list.worn', { name }), () =>
        back()
          .catch(tellProblem)
          .then(() => refresh(...stale)),
      )
    } catch (error) {
      tellProblem(error)
    }
    await refresh(...stale)
    setChanging(false)
  }
  const ask = () =>
    confirm({
      title: t('remove.title', { name }),
      children: t(is_active ? 'remove.active' : 'remove.text'),
      verb: t('remove.verb'),
      act: async () => {
        await remove.mutateAsync({ path })
        tell(t('remove.done', { name }))
        await refresh(...stale)
      },
    })
  const image = imageOf(logo)
  return (
    <Paper withBorder p="md">
      <Stack justify="space-between" h="100%">
        <Group justify="space-between" wrap="nowrap" align="start">
          <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Title>
          {is_active && <Badge color="green">{t('list.active')}</Badge>}
        </Group>
        <Group wrap="nowrap">
          <ColorSwatch color={hexOf(color)} aria-hidden />
          {image && <Image src={image} alt="" h={32} w="auto" maw={120} fit="contain" />}
          <Text size="sm" truncate>
            {display_name}
          </Text>
        </Group>
        <Group gap="xs" wrap="wrap">
          <ActionButton
            operation="updateAppearance"
            path={path}
            size="xs"
            variant={is_active ? 'default' : 'filled'}
            loading={changing}
            onClick={() => void wear()}
          >
            {t(is_active ? 'list.takeOff' : 'list.wear')}
          </ActionButton>
          <ActionButton operation="updateAppearance" path={path} size="xs" variant="default" onClick={edit}>
            {t('common:actions.edit')}
          </ActionButton>
          <ActionButton operation="deleteAppearance" path={path} size="xs" variant="subtle" color="red" onClick={ask}>
            {t('common:actions.delete')}
          </ActionButton>
        </Group>
      </Stack>
    </Paper>
  )
}
