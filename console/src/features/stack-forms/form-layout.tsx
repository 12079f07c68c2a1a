/** The form, and beside it what would come of it; below it where there is no room. */
import { Box, Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CostPanel, type Sketch } from './cost-panel.tsx'
import { PolicyPanel } from './policy-panel.tsx'
import classes from './stack-form.module.css'
import { StackForm } from './stack-form.tsx'
import type { FilledForm } from './use-stack-form.ts'

export function FormLayout({ sketch, children }: { sketch: Sketch; children: ReactNode }) {
  const { t } = useTranslation('stack-forms')
  return (
    <div className={classes.split}>
      <Stack gap="lg" style={{ minWidth: 0 }}>
        {children}
      </Stack>
      <aside className={classes.aside} aria-label={t('form.aside')}>
        <Stack gap="md">
          <CostPanel sketch={sketch} />
          <PolicyPanel sketch={sketch} />
        </Stack>
      </aside>
    </div>
  )
}

interface FormPartProps {
  filled: FilledForm
  section: string | undefined
  onSection: (name: string) => void
}

/** What the stack asks for. */
export function FormPart({ filled: { state, hands, isShowingAll }, section, onSection }: FormPartProps) {
  const { t } = useTranslation('stack-forms')
  return (
    <Box component="section" aria-label={t('form.title')}>
      <Title order={2} size="h4" mb="sm">
        {t('form.title')}
      </Title>
      <StackForm state={state} hands={hands} openAll={isShowingAll} section={section} onSection={onSection} />
    </Box>
  )
}
