import { Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** Facts as term and description. */
export function Facts({ facts }: { facts: readonly (readonly [term: string, fact: ReactNode] | undefined | false)[] }) {
  return (
    <Stack component="dl" gap={6} m={0}>
      {facts
        .filter((fact) => fact !== undefined && fact !== false)
        .map(([term, fact]) => (
          <Group key={term} gap="xs" wrap="wrap" align="baseline">
            <Text component="dt" size="sm" c="dimmed" miw={110}>
              {term}
            </Text>
            <Text component="dd" size="sm" m={0} style={{ overflowWrap: 'anywhere', minWidth: 0 }}>
              {fact}
            </Text>
          </Group>
        ))}
    </Stack>
  )
}
