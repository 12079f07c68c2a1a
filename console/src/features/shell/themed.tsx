import { MantineProvider } from '@mantine/core'
import { type ReactNode, useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { imageOf, platformIcon, useLook } from '@/kit/look.ts'
import { cssNonce, themeOf, variablesOf } from '@/kit/theme.ts'

/** Everything in the colours of the appearance, which may change while somebody looks. */
export function Themed({ children }: { children: ReactNode }) {
  const { color, favicon } = useLook()
  const { r, g, b } = color
  const { t } = useTranslation()
  const close = t('actions.close')
  const theme = useMemo(() => themeOf({ r, g, b }, close), [r, g, b, close])
  useEffect(() => {
    document.querySelector('link[rel="icon"]')?.setAttribute('href', imageOf(favicon) ?? platformIcon)
  }, [favicon])
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variablesOf} defaultColorScheme="auto" getStyleNonce={cssNonce}>
      {children}
    </MantineProvider>
  )
}
