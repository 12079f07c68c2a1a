import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { duration } from '@/kit/when.tsx'

/** How long it took, or takes until now. Unix seconds. */
export function Elapsed({ from, to }: { from: number | undefined; to: number | undefined }) {
  const { i18n } = useTranslation()
  const now = useSeconds(from !== undefined && to === undefined)
  if (from === undefined) return null
  return <span>{duration(Math.max(0, (to ?? now) - from), i18n.language)}</span>
}

/** The time in whole seconds, which goes on only while somebody needs it. */
function useSeconds(running: boolean): number {
  const [now, setNow] = useState(() => Math.floor(Date.now() / 1000))
  useEffect(() => {
    if (!running) return
    setNow(Math.floor(Date.now() / 1000))
    const timer = setInterval(() => setNow(Math.floor(Date.now() / 1000)), 1000)
    return () => clearInterval(timer)
  }, [running])
  return now
}
