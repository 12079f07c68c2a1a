/** The newest builds of the job, to go from one to the next. */
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { LinkTo } from '@/kit/link.tsx'
import { StateIcon, stateOf } from './build-state.tsx'
import classes from './build-strip.module.css'
import { type BuildPlace, buildRoute, jobPath } from './place.ts'

export function BuildStrip({ place }: { place: BuildPlace }) {
  const { t } = useTranslation('pipelines')
  const { data } = useAsk('getBuilds', { path: jobPath(place), query: { concourse_page_limit: 30 } }, { every: 10_000 })
  const builds = data?.data ?? []
  if (builds.length < 2) return null
  return (
    <nav className={classes.strip} aria-label={t('build.others')}>
      {builds.map(({ id, name, status }) => (
        <LinkTo
          key={id}
          to={buildRoute}
          params={{ ...place, build: String(id) }}
          className={classes.build}
          underline="never"
          size="sm"
          data-current={String(id) === place.build}
          aria-current={String(id) === place.build ? 'page' : undefined}
          aria-label={t('build.said', { job: place.job, name, state: t(`state.${stateOf(status)}`) })}
        >
          <StateIcon state={stateOf(status)} size={14} />
          {name}
        </LinkTo>
      ))}
    </nav>
  )
}
