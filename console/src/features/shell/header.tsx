import { ActionIcon, Avatar, Box, Burger, Group, Menu, Text, Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconActivity, IconLogout, IconSearch, IconShieldLock, IconUser } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { currentSession, onSession } from '@/api/session.ts'
import { imageOf, useLook } from '@/kit/look.ts'
import { LanguageMenu, SchemeMenu } from './preferences.tsx'
import classes from './shell.module.css'
import { signOut } from './sign-out.ts'
import { Switcher } from './switcher.tsx'

const Palette = lazy(() => import('./palette.tsx'))

export function Header({ organization, opened, toggle }: { organization: string; opened: boolean; toggle: () => void }) {
  const { t } = useTranslation('shell')
  const [searching, setSearching] = useState(false)
  const [asked, setAsked] = useState(false)
  const search = () => {
    setAsked(true)
    setSearching(true)
  }
  useHotkeys([['mod+K', search]], [])
  return (
    <div className={classes.bar}>
      {organization && (
        <Burger
          opened={opened}
          onClick={toggle}
          hiddenFrom="md"
          size="sm"
          aria-label={t(opened ? 'closeNavigation' : 'openNavigation')}
          aria-expanded={opened}
          aria-controls="navigation"
        />
      )}
      <Brand />
      <Switcher organization={organization} />
      <Group gap={4} ms="auto" wrap="nowrap">
        <Tooltip label={t('palette.open')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t('palette.open')}
            aria-keyshortcuts="Control+K Meta+K"
            onClick={search}
          >
            <IconSearch size={20} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
        <Group gap={4} wrap="nowrap" {...(organization ? { visibleFrom: 'sm' } : {})}>
          <LanguageMenu />
          <SchemeMenu />
        </Group>
        <AccountMenu />
      </Group>
      {asked && (
        <Suspense fallback={null}>
          <Palette organization={organization} opened={searching} close={() => setSearching(false)} />
        </Suspense>
      )}
    </div>
  )
}

function Brand() {
  const { t } = useTranslation('shell')
  const { logo, display_name: name } = useLook()
  const image = imageOf(logo)
  return (
    <Link to="/" className={classes.brand} aria-label={t('home', { name })}>
      {image && <img src={image} alt="" className={classes.logo} />}
      <Box component="span" visibleFrom="sm">
        {name}
      </Box>
    </Link>
  )
}

function AccountMenu() {
  const { t } = useTranslation('shell')
  const account = useSyncExternalStore(onSession, currentSession)?.account
  const name = account ? `${account.given_name} ${account.family_name}`.trim() || account.username : ''
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <UnstyledButton>
          <VisuallyHidden>{t('account.menu', { name })}</VisuallyHidden>
          <Avatar
            src={account?.picture_url ? imageOf(account.picture_url) : undefined}
            name={name}
            size={32}
            radius="xl"
            color="brand"
            alt=""
          />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text component="span" size="sm" fw={600} c="var(--mantine-color-text)">
            {name}
          </Text>
          <Text component="span" size="xs" display="block" truncate>
            {account?.emails.find(({ purpose }) => purpose === 'primary')?.email ?? account?.username}
          </Text>
        </Menu.Label>
        <Menu.Item component={Link} to="/account" leftSection={<IconUser size={16} />}>
          {t('account.profile')}
        </Menu.Item>
        <Menu.Item component={Link} to="/account/security" leftSection={<IconShieldLock size={16} />}>
          {t('account.security')}
        </Menu.Item>
        <Menu.Item component={Link} to="/account/activity" leftSection={<IconActivity size={16} />}>
          {t('account.activity')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          {t('account.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
