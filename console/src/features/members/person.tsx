/** How people are shown: their picture or initials, their name, and below it what tells two of one name apart. */
import { Avatar, Box, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { imageOf } from '@/kit/look.ts'

export interface SomePerson {
  given_name?: string | undefined
  family_name?: string | undefined
  username?: string | undefined
  email?: string | undefined
  picture_url?: string | undefined
}

export const fullName = ({ given_name, family_name, username, email }: SomePerson): string =>
  [given_name, family_name].filter(Boolean).join(' ') || username || email || '—'

export function Face({ person, size = 28 }: { person: SomePerson; size?: number }) {
  return <Avatar size={size} src={imageOf(person.picture_url ?? '') ?? null} name={fullName(person)} color="gray" aria-hidden />
}

/** @param children the name, where it is a link */
export function Person({ person, children, below }: { person: SomePerson; children?: ReactNode; below?: ReactNode }) {
  return (
    <Group gap="sm" wrap="nowrap" miw={0}>
      <Face person={person} />
      <Box miw={0}>
        {children ?? (
          <Text size="sm" truncate>
            {fullName(person)}
          </Text>
        )}
        <Text size="xs" c="dimmed" truncate>
          {below ?? person.email}
        </Text>
      </Box>
    </Group>
  )
}
