/** Where somebody goes who has been in no organization here before: all that they can reach. */
import { Badge, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core'
import { IconBuilding, IconPlus } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { treeOf } from '@/features/shell/organization-tree.ts'
import { ButtonLink, LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty } from '@/kit/states.tsx'
import classes from './home-page.module.css'

export function HomePage() {
  const { t } = useTranslation('organizations')
  const organizations = useAsk('getOrgs', { query: { page_size: 1000 } })
  const create = (
    <ButtonLink to="/organizations/+new" leftSection={<IconPlus size={16} aria-hidden />}>
      {t('home.create')}
    </ButtonLink>
  )
  return (
    <Page title={t('home.title')} description={t('home.description')} actions={create}>
      <Asked of={organizations}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title={t('home.empty')} action={create}>
              {t('home.emptyText')}
            </Empty>
          ) : (
            <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
              {treeOf(data).map(({ organization: { canonical, name, blocked }, depth }) => (
                <Paper key={canonical} withBorder p="md" className={classes.card}>
                  <Group wrap="nowrap" gap="sm">
                    <IconBuilding size={22} stroke={1.5} aria-hidden />
                    <Stack gap={0} miw={0}>
                      <LinkTo to="/organizations/$organization" params={{ organization: canonical }} fw={600} className={classes.link}>
                        {name}
                      </LinkTo>
                      <Text size="xs" c="dimmed" truncate>
                        {canonical}
                      </Text>
                    </Stack>
                    {depth > 0 && <Badge color="gray">{t('home.child')}</Badge>}
                    {blocked.length > 0 && <Badge color="orange">{t('home.blocked')}</Badge>}
                  </Group>
                </Paper>
              ))}
            </SimpleGrid>
          )
        }
      </Asked>
    </Page>
  )
}
