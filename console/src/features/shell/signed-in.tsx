/** The frame around every page that needs a session. */
import { AppShell, Box } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Outlet, useParams, useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useLook } from '@/kit/look.ts'
import { useAppearanceOf } from './appearance.ts'
import { ConnectionBar } from './connection-bar.tsx'
import { Crumbs } from './crumbs.tsx'
import { Header } from './header.tsx'
import { Navigation } from './navigation.tsx'
import { SessionEnded } from './session-ended.tsx'
import classes from './shell.module.css'

export function SignedIn() {
  const { t } = useTranslation('shell')
  const { organization = '' } = useParams({ strict: false })
  const [opened, { toggle, close }] = useDisclosure()
  const { footer } = useLook()
  const path = useRouterState({ select: ({ location }) => location.pathname })
  useAppearanceOf(organization)
  useMovedFocus(path)
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever went somewhere has chosen
  useEffect(close, [path])
  return (
    <AppShell
      header={{ height: 56 }}
      {...(organization ? { navbar: { width: 252, breakpoint: 'md', collapsed: { mobile: !opened } } } : {})}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <a className="skip-link" href="#content">
        {t('skip')}
      </a>
      <AppShell.Header className={classes.header}>
        <Header organization={organization} opened={opened} toggle={toggle} />
      </AppShell.Header>
      {organization && (
        <AppShell.Navbar aria-label={t('navigation')} className={classes.navbar} id="navigation" mod={{ shut: !opened }}>
          <Navigation organization={organization} />
        </AppShell.Navbar>
      )}
      <AppShell.Main className={classes.main}>
        <Box id="content" tabIndex={-1} className={classes.content}>
          <ConnectionBar />
          <SessionEnded />
          <Crumbs />
          <Outlet />
          {footer !== '' && <footer className={classes.footer}>{footer}</footer>}
        </Box>
      </AppShell.Main>
    </AppShell>
  )
}

/** After going to another page, who listens or works by keyboard begins at its heading and not where the last page had a link. */
function useMovedFocus(path: string): void {
  useEffect(() => {
    if (first === undefined) first = path
    if (first === path) return
    first = ''
    let tries = 0
    // The page may be on its way still.
    const timer = setInterval(() => {
      const heading = document.querySelector<HTMLElement>('#content h1')
      if (heading) heading.focus({ preventScroll: true })
      if (heading || ++tries > 40) clearInterval(timer)
    }, 50)
    return () => clearInterval(timer)
  }, [path])
}

let first: string | undefined
