import { Alert, Button, Stack, Text } from '@mantine/core'
import { IconSparkles } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { call, dataOf } from '@/api/client.ts'
import type { Problem } from '@/api/problem.ts'
import { refresh, useAsk } from '@/api/query.ts'
import { ProblemAlert } from '@/kit/states.tsx'

type Stage = 'repositories' | 'credential' | 'source' | 'repository'

/** For who has no repositories at hand: this machine makes two, and the first three steps are done with them. */
export function ExamplesOffer({ organization }: { organization: string }) {
  const { t } = useTranslation('overview')
  const path = { organization_canonical: organization }
  const may = useMay('createExampleRepositories', path)
  const { data } = useAsk('getExampleRepositories', { path }, { enabled: may.allowed })
  const [stage, setStage] = useState<Stage>()
  const make = useMutation<void, Problem>({ mutationFn: () => takeExamples(organization, setStage), onSettled: () => refresh() })
  if (!data?.data.available) return null
  return (
    <Alert icon={<IconSparkles />} title={t('examples.title')}>
      <Stack gap="sm" align="start">
        <Text size="sm">{t('examples.text')}</Text>
        <Button onClick={() => make.mutate()} loading={make.isPending}>
          {t('examples.use')}
        </Button>
        {make.isPending && stage && (
          <Text size="sm" role="status">
            {t(`examples.stages.${stage}`)}
          </Text>
        )}
        <ProblemAlert problem={make.error} />
      </Stack>
    </Alert>
  )
}

/** Only what is missing is made, so that it can be begun again after a refusal. */
async function takeExamples(organization: string, at: (stage: Stage) => void): Promise<void> {
  const path = { organization_canonical: organization }
  at('repositories')
  const { catalogue, config } = await dataOf('createExampleRepositories', { path })
  if (!catalogue || !config) return
  at('credential')
  const credentials = await dataOf('listCredentials', { path, query: { credential_types: ['ssh', 'basic_auth'] } })
  const credential =
    credentials[0]?.canonical ??
    // Repositories of this machine need no password, but a config repository is always asked for a credential.
    (
      await dataOf('createCredential', {
        path,
        body: { name: 'Examples', type: 'basic_auth', path: 'examples', raw: { username: 'git', password: 'examples' } },
      })
    ).canonical
  at('source')
  if ((await dataOf('getServiceCatalogSources', { path })).length === 0)
    await call('createServiceCatalogSource', { path, body: { name: 'Examples', url: catalogue.url, branch: catalogue.branch } })
  at('repository')
  if ((await dataOf('listConfigRepositories', { path })).length === 0)
    await call('createConfigRepository', {
      path,
      body: { name: 'Configuration', url: config.url, branch: config.branch, credential_canonical: credential, default: true },
    })
}
