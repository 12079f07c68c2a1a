import { Badge } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useNavigate, useParams } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { useDraft } from '@/kit/draft.ts'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked } from '@/kit/states.tsx'
import { firstPlan } from './plan-picker.tsx'
import { colourOf, type Policy } from './policies-search.ts'
import { PolicyEditor } from './policy-editor.tsx'

const list = '/organizations/$organization/policies'

export function PolicyPage(): ReactNode {
  const { t } = useTranslation('policies')
  const { organization, policy: canonical } = useParams({ from: '/_in/organizations/$organization/policies/$policy' })
  const navigate = useNavigate()
  const path = { organization_canonical: organization, infra_policy_canonical: canonical }
  const policy = useAsk('getInfraPolicy', { path })
  const remove = useChange('deleteInfraPolicy')
  const askRemove = (name: string) =>
    confirm({
      title: t('page.deleteTitle', { name }),
      children: t('page.deleteText'),
      verb: t('page.delete'),
      name: canonical,
      act: async () => {
        await remove.mutateAsync({ path })
        tell(t('page.deleted', { name }))
        await navigate({ to: list, params: { organization } as never, ignoreBlocker: true })
        await refresh('getInfraPolicies')
      },
    })
  return (
    <Asked of={policy}>
      {({ data }) => (
        <Page
          title={data.name}
          description={data.description}
          beside={
            <>
              <Badge variant="light" color={colourOf[data.severity]}>
                {t(`severities.${data.severity}`)}
              </Badge>
              {!data.enabled && (
                <Badge variant="light" color="gray">
                  {t('list.disabled')}
                </Badge>
              )}
            </>
          }
          actions={
            <ActionButton
              operation="deleteInfraPolicy"
              path={path}
              color="red"
              variant="light"
              leftSection={<IconTrash size={16} />}
              onClick={() => askRemove(data.name)}
            >
              {t('page.delete')}
            </ActionButton>
          }
        >
          <Existing key={canonical} organization={organization} policy={data} />
        </Page>
      )}
    </Asked>
  )
}

function Existing({ organization, policy }: { organization: string; policy: Policy }) {
  const draft = useDraft(policy, policy.updated_at)
  // What it is tried on stays chosen when it is saved.
  const tried = useState(firstPlan)
  return (
    <PolicyEditor
      key={draft.key}
      organization={organization}
      policy={draft.from}
      draft={draft}
      tried={tried}
      saved={(saved) => draft.saved(saved, saved.updated_at)}
    />
  )
}

export function NewPolicyPage(): ReactNode {
  const { t } = useTranslation('policies')
  const { organization } = useParams({ from: '/_in/organizations/$organization/policies/+new' })
  const navigate = useNavigate()
  const tried = useState(firstPlan)
  return (
    <Page title={t('page.newTitle')} description={t('page.newDescription')}>
      <PolicyEditor
        organization={organization}
        policy={undefined}
        tried={tried}
        saved={({ canonical }) =>
          void navigate({ to: `${list}/$policy`, params: { organization, policy: canonical } as never, ignoreBlocker: true })
        }
      />
    </Page>
  )
}
