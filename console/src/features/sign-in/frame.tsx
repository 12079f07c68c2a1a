/** What surrounds the pages that need no session: the look of the installation or of an organization, a card, and the language. */
import { Box, Button, Center, Group, Image, Paper, Stack, Text } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { SchemeMenu } from '@/features/shell/preferences.tsx'
import { chooseLanguage, isLanguage, languages } from '@/i18n/index.ts'
import { imageOf, useLook, wear } from '@/kit/look.ts'
import { Page } from '@/kit/page.tsx'
import classes from './frame.module.css'

interface FrameProps {
  title: string
  description?: ReactNode
  /** Whose look it has; without, that of the installation. */
  organization?: string | undefined
  children: ReactNode
  /** Below the card: other ways to go. */
  aside?: ReactNode
}

export function Frame({ title, description, organization, children, aside }: FrameProps) {
  useLookBeforeSignIn(organization)
  const look = useLook()
  const logo = imageOf(look.logo)
  return (
    <Box className={classes.ground}>
      <Center component="main" className={classes.middle}>
        <Stack gap="lg" w="100%" maw={440}>
          <Group justify="center" gap="sm" wrap="nowrap">
            {logo && <Image src={logo} alt="" h={36} w="auto" maw={160} fit="contain" />}
            <Text size="xl" fw={650} className={classes.name}>
              {look.display_name}
            </Text>
          </Group>
          <Paper withBorder shadow="sm" p={{ base: 'md', xs: 'xl' }} className={classes.card}>
            <Page title={title} description={description}>
              {children}
            </Page>
          </Paper>
          {aside && (
            <Text component="div" size="sm" ta="center">
              {aside}
            </Text>
          )}
        </Stack>
      </Center>
      <footer className={classes.foot}>
        <Group justify="center" gap="xs">
          <Languages />
          <SchemeMenu />
        </Group>
        {look.footer && (
          <Text size="xs" ta="center" className={classes.words}>
            {look.footer}
          </Text>
        )}
      </footer>
    </Box>
  )
}

function useLookBeforeSignIn(organization: string | undefined): void {
  const own = useAsk(
    'getActiveAppearance',
    { path: { organization_canonical: organization ?? '' } },
    { enabled: organization !== undefined },
  )
  const general = useAsk('getDefaultAppearance', {}, { enabled: organization === undefined })
  const found = organization === undefined ? general.data : own.data
  useEffect(() => wear(found?.data), [found])
}

function Languages() {
  const { i18n } = useTranslation('sign-in')
  return (
    <Group justify="center" gap={4} component="nav" aria-label={i18n.t('sign-in:frame.language')}>
      {languages.map((language) => (
        <Button
          key={language}
          lang={language}
          size="compact-sm"
          variant={isLanguage(i18n.language) && i18n.language === language ? 'light' : 'subtle'}
          aria-pressed={i18n.language === language}
          onClick={() => void chooseLanguage(language)}
        >
          {i18n.t(`sign-in:frame.languages.${language}`)}
        </Button>
      ))}
    </Group>
  )
}

/** A line of the kind “No account yet? Sign up”. */
export const Otherwise = ({ question, children }: { question: string; children: ReactNode }) => (
  <Group justify="center" gap={6} wrap="wrap">
    <span>{question}</span>
    {children}
  </Group>
)
