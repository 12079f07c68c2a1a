/** Where a component is to be made from a stack. */
import { Button, Group, Select, Stack, Text } from '@mantine/core'
import { IconArrowRight } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { Asked, Empty } from '@/kit/states.tsx'

export function StartComponent({ organization, reference }: { organization: string; reference: string }) {
  const { t } = useTranslation('catalogue')
  const [project, setProject] = useState<string | null>(null)
  const [environment, setEnvironment] = useState<string | null>(null)
  const projects = useAsk('getProjects', { path: { organization_canonical: organization }, query: { page_size: 1000 } })
  return (
    <Asked of={projects}>
      {({ data }) => {
        if (data.length === 0)
          return (
            <Empty
              title={t('start.noProject')}
              action={
                <Button
                  renderRoot={(props) => (
                    <Link {...props} to="/organizations/$organization/projects/+new" params={{ organization } as never} />
                  )}
                >
                  {t('start.newProject')}
                </Button>
              }
            />
          )
        const environments = data.find(({ canonical }) => canonical === project)?.environments ?? []
        const place = { organization, project: project ?? '', environment: environment ?? '' }
        return (
          <Stack>
            <Select
              label={t('start.project')}
              data={data.map(({ canonical, name }) => ({ value: canonical, label: name }))}
              value={project}
              onChange={(next) => {
                setProject(next)
                setEnvironment(null)
              }}
              searchable
              data-autofocus
            />
            <Select
              label={t('start.environment')}
              data={environments.map(({ canonical, name }) => ({ value: canonical, label: name || canonical }))}
              value={environment}
              onChange={setEnvironment}
              disabled={project === null}
            />
            {project !== null && environments.length === 0 && <Text size="sm">{t('start.noEnvironment')}</Text>}
            <Group justify="end">
              {project !== null && environment !== null ? (
                <Button
                  rightSection={<IconArrowRight size={16} />}
                  renderRoot={(props) => (
                    <Link
                      {...props}
                      to="/organizations/$organization/projects/$project/environments/$environment/components/+new"
                      params={place as never}
                      search={{ stack: reference } as never}
                    />
                  )}
                >
                  {t('start.go')}
                </Button>
              ) : (
                <Button disabled rightSection={<IconArrowRight size={16} />}>
                  {t('start.go')}
                </Button>
              )}
            </Group>
          </Stack>
        )
      }}
    </Asked>
  )
}
