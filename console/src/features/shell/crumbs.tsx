/** Where the page stands, by name where a name is known: each step is a link to what is above. */
import { Anchor } from '@mantine/core'
import { Link, useParams, useRouterState } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { usePageTitle } from '@/kit/page.tsx'
import { crumbsOf } from './crumbs.ts'
import classes from './shell.module.css'

export function Crumbs() {
  const { t } = useTranslation('shell')
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const title = usePageTitle()
  const names = useNames()
  const crumbs = crumbsOf(path)
  // One step says nothing that the heading does not.
  if (crumbs.length < 2) return null
  return (
    <nav aria-label={t('breadcrumbs')}>
      <ol className={classes.crumbs}>
        {crumbs.map(({ to, key, name }, at) => {
          const last = at === crumbs.length - 1
          const text = key ? t(key) : last ? (title ?? names[to ?? ''] ?? name) : (names[to ?? ''] ?? name)
          return (
            <li key={to ?? name}>
              {last ? (
                <span aria-current="page">{text}</span>
              ) : to === undefined ? (
                <span>{text}</span>
              ) : (
                <Anchor component={Link} to={to} inherit>
                  {text}
                </Anchor>
              )}
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

/** By address: those of what other pages stand below. */
function useNames(): Record<string, string | undefined> {
  const { organization = '', project = '', environment = '', component = '' } = useParams({ strict: false })
  const inProject = { organization_canonical: organization, project_canonical: project }
  const inEnvironment = { ...inProject, environment_canonical: environment }
  const ofProject = useAsk('getProject', { path: inProject }, { enabled: project !== '' })
  const ofEnvironment = useAsk('getEnvironment', { path: inEnvironment }, { enabled: environment !== '' })
  const ofComponent = useAsk('getComponent', { path: { ...inEnvironment, component_canonical: component } }, { enabled: component !== '' })
  const base = `/organizations/${organization}/projects/${project}`
  return {
    [base]: ofProject.data?.data.name,
    [`${base}/environments/${environment}`]: ofEnvironment.data?.data.name,
    [`${base}/environments/${environment}/components/${component}`]: ofComponent.data?.data.name,
  }
}
