import { AppShell, Group, NavLink, ScrollArea, Tooltip } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { LanguageMenu, SchemeMenu } from './preferences.tsx'
import { groups, type Place } from './sections.ts'
import classes from './shell.module.css'

export function Navigation({ organization }: { organization: string }) {
  const { t } = useTranslation('shell')
  return (
    <>
      <AppShell.Section grow component={ScrollArea} type="hover" scrollbarSize={8} p="xs" pt={0}>
        {groups.map(({ key, places }) => (
          <section key={key} aria-label={t(`groups.${key}`)}>
            <div className={classes.group} aria-hidden>
              {t(`groups.${key}`)}
            </div>
            {places.map((place) => (
              <Entry key={place.key} place={place} organization={organization} />
            ))}
          </section>
        ))}
      </AppShell.Section>
      <AppShell.Section p="xs" hiddenFrom="sm">
        <Group gap="xs">
          <LanguageMenu />
          <SchemeMenu />
        </Group>
      </AppShell.Section>
    </>
  )
}

function Entry({ place: { key, to, needs, icon: Icon }, organization }: { place: Place; organization: string }) {
  const { t } = useTranslation('shell')
  const { allowed, why } = useMay(needs, { organization_canonical: organization })
  const address = `/organizations/${organization}${to}`
  const inside = { label: t(`places.${key}`), leftSection: <Icon size={17} stroke={1.6} aria-hidden />, className: classes.place ?? '' }
  // Still reachable: everybody can learn why it is closed to them.
  if (!allowed)
    return (
      <Tooltip label={why} position="right">
        <NavLink component="span" role="link" tabIndex={0} aria-disabled aria-description={why} {...inside} />
      </Tooltip>
    )
  return <NavLink component={Link} to={address} activeOptions={{ exact: to === '', includeSearch: false }} {...inside} />
}
