import { Anchor, List, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'

type InUse = Schema<'CredentialInUse'> | undefined

export const usersOf = (use: InUse) => [
  ...(use?.config_repositories ?? []).map((one) => ({ kind: 'config_repository' as const, ...one })),
  ...(use?.service_catalog_sources ?? []).map((one) => ({ kind: 'catalog_source' as const, ...one })),
  ...(use?.external_backends ?? []).map((one) => ({ kind: 'external_backend' as const, ...one })),
]

/** Who would miss it: with a link to each. */
export function UsedBy({ organization, use }: { organization: string; use: InUse }) {
  const { t } = useTranslation('credentials')
  const users = usersOf(use)
  if (users.length === 0) return <Text size="sm">{t('details.unused')}</Text>
  return (
    <List size="sm" spacing={4}>
      {users.map((user) => {
        if (user.kind === 'external_backend') {
          const place = [user.project, user.environment, user.component].flatMap((one) => (one ? [one.canonical] : [])).join(' / ')
          return (
            <List.Item key={`${user.engine} ${user.purpose} ${place}`}>
              <Anchor component={Link} to="/organizations/$organization/external-backends" params={{ organization } as never} size="sm">
                {t('details.backend', { engine: user.engine, place: place || t('details.everywhere') })}
              </Anchor>
            </List.Item>
          )
        }
        const repository = user.kind === 'config_repository'
        return (
          <List.Item key={`${user.kind} ${user.canonical}`}>
            <Anchor
              component={Link}
              to={
                repository
                  ? '/organizations/$organization/config-repositories/$repository'
                  : '/organizations/$organization/catalogue-sources/$source'
              }
              params={(repository ? { organization, repository: user.canonical } : { organization, source: user.canonical }) as never}
              size="sm"
            >
              {t(repository ? 'details.configRepository' : 'details.catalogSource', { name: user.name })}
            </Anchor>
          </List.Item>
        )
      })}
    </List>
  )
}
