import { Alert } from '@mantine/core'
import { IconCloudOff } from '@tabler/icons-react'
import { onlineManager } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'

const subscribe = (listener: () => void) => onlineManager.subscribe(listener)
const isOnline = () => onlineManager.isOnline()

/** Says that the platform cannot be reached, for as long as it cannot. */
export function ConnectionBar() {
  const { t } = useTranslation('shell')
  const online = useSyncExternalStore(subscribe, isOnline)
  return (
    <div role="status">
      {!online && (
        <Alert color="yellow" variant="light" icon={<IconCloudOff />} mb="md" py="xs">
          {t('connection.lost')}
        </Alert>
      )}
    </div>
  )
}
