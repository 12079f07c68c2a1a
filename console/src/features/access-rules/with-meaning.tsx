import { Grid, Paper } from '@mantine/core'
import type { ReactNode } from 'react'
import { Meaning } from './meaning.tsx'
import type { EditedRule, Policy } from './rules.ts'
import type { World } from './world.ts'

interface WithMeaningProps {
  rules: readonly EditedRule[]
  policies: readonly Policy[]
  world: World
  /** Why the policies are not known; nothing can be said of the rules then. */
  why: string | undefined
  children: ReactNode
}

/** Rules, or the form of them, and beside it what they mean; below it where there is no room. */
export const WithMeaning = ({ why, children, ...known }: WithMeaningProps) => (
  <Grid>
    <Grid.Col span={{ base: 12, lg: 7 }}>{children}</Grid.Col>
    <Grid.Col span={{ base: 12, lg: 5 }}>
      {why ? (
        <Paper withBorder p="md">
          {why}
        </Paper>
      ) : (
        <Meaning {...known} />
      )}
    </Grid.Col>
  </Grid>
)
