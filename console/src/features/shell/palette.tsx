/** Everything by name, from everywhere, without a mouse. */
import { Spotlight, type SpotlightActionData } from '@mantine/spotlight'
import '@mantine/spotlight/styles.css'
import { useDebouncedValue } from '@mantine/hooks'
import { IconBuilding, IconFolder, IconLogout, IconPlus, IconSearch, IconStack2 } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { useOrganizations } from './organizations.ts'
import { places } from './sections.ts'
import classes from './shell.module.css'
import { signOut } from './sign-out.ts'

interface Found extends SpotlightActionData {
  id: string
}

export default function Palette({ organization, opened, close }: { organization: string; opened: boolean; close: () => void }) {
  const { t } = useTranslation('shell')
  const [text, setText] = useState('')
  const groups = useFound(organization, text, opened)
  useEffect(() => {
    if (!opened) setText('')
  }, [opened])
  const any = groups.some(({ found }) => found.length > 0)
  return (
    <Spotlight.Root
      query={text}
      onQueryChange={setText}
      forceOpened={opened}
      onSpotlightClose={close}
      shortcut={null}
      scrollable
      centered={false}
      maxHeight="70vh"
      classNames={{ actionDescription: classes.found ?? '' }}
      attributes={{ content: { 'aria-label': t('palette.label') } }}
    >
      <Spotlight.Search
        aria-label={t('palette.label')}
        placeholder={t('palette.placeholder')}
        leftSection={<IconSearch size={20} stroke={1.6} />}
      />
      <Spotlight.ActionsList>
        {!any && <Spotlight.Empty>{t('palette.nothing')}</Spotlight.Empty>}
        {groups
          .filter(({ found }) => found.length > 0)
          .map(({ title, found }) => (
            <Spotlight.ActionsGroup key={title} label={title}>
              {found.map((action) => (
                <Spotlight.Action key={action.id} {...action} highlightQuery />
              ))}
            </Spotlight.ActionsGroup>
          ))}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}

const mostOfAKind = 8

function useFound(organization: string, text: string, opened: boolean): { title: string; found: Found[] }[] {
  const { t } = useTranslation('shell')
  const navigate = useNavigate()
  const [wanted] = useDebouncedValue(text.trim(), 150)
  const organizations = useOrganizations()
  const asks = { enabled: opened && organization !== '', keep: true }
  const path = { organization_canonical: organization }
  const filters = wanted === '' ? {} : { 'project_name[rlike]': escaped(wanted) }
  const projects = useAsk('getProjects', { path, query: { page_size: mostOfAKind }, filters }, asks).data?.data ?? []
  const stackFilters = wanted === '' ? {} : { 'service_catalog_name[rlike]': escaped(wanted) }
  const stacks = useAsk('listServiceCatalogs', { path, query: { page_size: mostOfAKind }, filters: stackFilters }, asks).data?.data ?? []
  const fits = (...names: string[]) => names.some((name) => name.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase()))
  const base = `/organizations/${organization}`
  const go = (to: string) => () => void navigate({ to })
  const pages = organization === '' ? [] : places.filter(({ key }) => fits(t(`places.${key}`)))
  const actions: Found[] = [
    ...(organization === ''
      ? []
      : [{ id: 'project', label: t('palette.createProject'), onClick: go(`${base}/projects/+new`), leftSection: <IconPlus size={18} /> }]),
    { id: 'organization', label: t('switcher.create'), onClick: go('/organizations/+new'), leftSection: <IconPlus size={18} /> },
    { id: 'sign-out', label: t('palette.signOut'), onClick: () => void signOut(), leftSection: <IconLogout size={18} /> },
  ]
  return [
    {
      title: t('palette.pages'),
      found: pages.map(({ key, to, icon: Icon }) => ({
        id: key,
        label: t(`places.${key}`),
        onClick: go(`${base}${to}`),
        leftSection: <Icon size={18} stroke={1.6} />,
      })),
    },
    {
      title: t('palette.projects'),
      found: projects.map(({ canonical, name }) => ({
        id: `project-${canonical}`,
        label: name,
        description: canonical,
        onClick: go(`${base}/projects/${canonical}`),
        leftSection: <IconFolder size={18} stroke={1.6} />,
      })),
    },
    {
      title: t('palette.stacks'),
      found: stacks.map(({ ref, name }) => ({
        id: `stack-${ref}`,
        label: name,
        description: ref,
        onClick: go(`${base}/catalogue/${encodeURIComponent(ref)}`),
        leftSection: <IconStack2 size={18} stroke={1.6} />,
      })),
    },
    {
      title: t('palette.organizations'),
      found: organizations
        .filter(({ canonical, name }) => canonical !== organization && fits(name, canonical))
        .slice(0, mostOfAKind)
        .map(({ canonical, name }) => ({
          id: `organization-${canonical}`,
          label: name,
          description: canonical,
          onClick: go(`/organizations/${canonical}`),
          leftSection: <IconBuilding size={18} stroke={1.6} />,
        })),
    },
    { title: t('palette.actions'), found: actions.filter(({ label }) => fits(label ?? '')) },
  ]
}

/** What is typed is text, and not a pattern. */
const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
