import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { ActionButton } from '@/kit/action-button.tsx'
import { usePausing } from './pausing.ts'
import { type JobPlace, jobPath } from './place.ts'

export function PauseJobButton({ place, paused }: { place: JobPlace; paused: boolean }) {
  const { t } = useTranslation('pipelines')
  const { pauseJob } = usePausing()
  const path = jobPath(place)
  return (
    <ActionButton
      variant="default"
      operation={paused ? 'unpauseJob' : 'pauseJob'}
      path={path}
      leftSection={paused ? <IconPlayerPlay size={18} /> : <IconPlayerPause size={18} />}
      onClick={() => void pauseJob(path, !paused)}
    >
      {t(paused ? 'pause.unpause' : 'pause.pause')}
    </ActionButton>
  )
}
