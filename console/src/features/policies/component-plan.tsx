import { Select, Stack } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call, dataOf } from '@/api/client.ts'
import { isProblem, type Problem } from '@/api/problem.ts'
import { useAsk } from '@/api/query.ts'
import { Asked, ProblemAlert } from '@/kit/states.tsx'
import type { Plan } from './plan-picker.tsx'

/** The plan that lies beside the state of a component: what its pipeline wants to do, or did last. */
export function ComponentPlan({ organization, onPlan }: { organization: string; onPlan: (plan: Plan) => void }) {
  const { t } = useTranslation('policies')
  const components = useAsk('getOrganizationComponents', { path: { organization_canonical: organization } })
  const [chosen, setChosen] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem>()
  const choose = async (place: string | null) => {
    setChosen(place)
    setProblem(undefined)
    if (!place) return
    const [project = '', environment = '', component = ''] = place.split('/')
    try {
      const { jwt } = await dataOf('getStateToken', {
        path: {
          organization_canonical: organization,
          project_canonical: project,
          environment_canonical: environment,
          component_canonical: component,
        },
      })
      const plan = await call('getInventoryPlan', { query: { jwt } })
      onPlan({ text: JSON.stringify(plan, null, 2), project, environment })
    } catch (error) {
      if (!isProblem(error)) throw error
      setProblem(error)
    }
  }
  return (
    <Asked of={components}>
      {({ data }) => (
        <Stack gap="sm">
          <Select
            label={t('plan.component')}
            description={t('plan.componentHint')}
            placeholder={t('plan.choose')}
            searchable
            data={data.map(({ name, canonical, project, environment }) => ({
              value: `${project.canonical}/${environment.canonical}/${canonical}`,
              label: `${project.name} / ${environment.name ?? environment.canonical} / ${name}`,
            }))}
            value={chosen}
            onChange={(place) => void choose(place)}
          />
          <ProblemAlert problem={problem} />
        </Stack>
      )}
    </Asked>
  )
}
