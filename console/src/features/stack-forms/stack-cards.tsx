/** Stacks as cards, each of which is a link. */
import { Group, Paper, SimpleGrid, Text } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ReactNode } from 'react'
import type { Schema } from '@/api/types.ts'
import classes from './stack-cards.module.css'
import { firstLine, StackSign } from './stack-sign.tsx'

/** Each child is a `li`. */
export const StackCards = ({ children }: { children: ReactNode }) => (
  <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} component="ul" className={classes.cards}>
    {children}
  </SimpleGrid>
)

interface CardProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  stack: Schema<'ServiceCatalog'>
}

/** With its marks as children. */
export const StackCard = createLink(({ stack, children, ...link }: CardProps) => (
  <Paper component="a" withBorder p="md" {...link} className={classes.card}>
    <Group wrap="nowrap" gap="sm">
      <StackSign name={stack.name} />
      <div className={classes.names}>
        <Text fw={600} truncate>
          {stack.name}
        </Text>
        <Text size="xs" truncate>
          {stack.ref}
        </Text>
      </div>
    </Group>
    <Text size="sm" lineClamp={3}>
      {firstLine(stack.description)}
    </Text>
    <Group gap={4} mt="auto">
      {children}
    </Group>
  </Paper>
))
