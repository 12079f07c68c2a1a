import { Box, Group, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect, useRef, useSyncExternalStore } from 'react'
import { useLook } from './look.ts'

interface PageProps {
  /** The name of what is shown; also of the browser's tab. */
  title: string
  description?: ReactNode
  /** Buttons, at the end of the title's line. */
  actions?: ReactNode
  /** Beside the title: badges, a star. */
  beside?: ReactNode
  children: ReactNode
}

/** The frame of every page: one heading, which takes the focus when somebody comes here, so that screen readers say where they are. */
export function Page({ title, description, actions, beside, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const { tab_title: platform } = useLook()
  useEffect(() => {
    document.title = `${title} · ${platform}`
  }, [title, platform])
  useEffect(() => {
    showTitle(title)
    return () => showTitle(undefined)
  }, [title])
  useEffect(() => {
    // Who just loaded the console begins at its top, where the way to skip the navigation is.
    if (arrived && document.activeElement === document.body) heading.current?.focus({ preventScroll: true })
    arrived = true
  }, [])
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="start" wrap="wrap" gap="sm">
        <Box flex="1 1 300px" miw={0} maw="100%">
          <Group gap="xs" wrap="wrap">
            <Title order={1} size="h2" tabIndex={-1} ref={heading} style={{ outline: 'none', overflowWrap: 'anywhere' }}>
              {title}
            </Title>
            {beside}
          </Group>
          {description && (
            <Text component="div" c="dimmed" size="sm" mt={4} maw={820}>
              {description}
            </Text>
          )}
        </Box>
        {actions && (
          <Group gap="xs" wrap="wrap">
            {actions}
          </Group>
        )}
      </Group>
      {children}
    </Stack>
  )
}

let arrived = false
let shown: string | undefined
const listeners = new Set<() => void>()

function showTitle(title: string | undefined): void {
  shown = title
  for (const listener of listeners) listener()
}

/** Of the page that is open, for what says where somebody is. */
export const usePageTitle = (): string | undefined =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => shown,
  )
