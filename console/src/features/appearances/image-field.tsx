/** An image that goes into the address itself, because pages load nothing from another host. */
import { Button, FileButton, Group, Image, Input, Text } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { imageOf } from '@/kit/look.ts'

/** Bytes: what the API takes is that in base64. */
const largest = 200_000

interface ImageFieldProps {
  label: string
  description: string
  value: string
  onChange: (address: string) => void
  error: string | undefined
}

export function ImageField({ label, description, value, onChange, error }: ImageFieldProps) {
  const { t } = useTranslation('appearances')
  const [refused, setRefused] = useState<string>()
  const read = async (file: File | null) => {
    if (!file) return
    if (file.size > largest) return setRefused(t('form.tooLarge'))
    setRefused(undefined)
    const bytes = new Uint8Array(await file.arrayBuffer())
    onChange(`data:${file.type};base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`)
  }
  const shown = value === '' ? undefined : imageOf(value)
  return (
    <Input.Wrapper label={label} description={description} error={refused ?? error} labelElement="div" required>
      <Group gap="sm" mt={6} wrap="wrap">
        {shown ? (
          <Image src={shown} alt="" h={36} w="auto" maw={160} fit="contain" />
        ) : (
          <Text size="sm">{t(value ? 'form.elsewhere' : 'form.noImage')}</Text>
        )}
        <FileButton accept="image/png,image/jpeg,image/svg+xml,image/webp,image/x-icon" onChange={(file) => void read(file)}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              size="xs"
              leftSection={<IconUpload size={16} />}
              aria-label={`${t('form.choose')} · ${label}`}
            >
              {t('form.choose')}
            </Button>
          )}
        </FileButton>
      </Group>
    </Input.Wrapper>
  )
}
