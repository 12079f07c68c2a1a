/** Secrets: on the screen only while somebody asks for them. */
import { ActionIcon, Alert, Button, Code, CopyButton, Group, Stack, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy, IconEye, IconEyeOff, IconKey } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './secret.module.css'

/** Shown this once: a token that was just made. */
export function SecretOnce({ value, children }: { value: string; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <Alert color="green" icon={<IconKey />} role="status">
      <Stack gap="sm">
        <div>{children}</div>
        <Code block className={classes.value ?? ''}>
          {value}
        </Code>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button onClick={copy} leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />} w="fit-content">
              {t(copied ? 'actions.copied' : 'actions.copy')}
            </Button>
          )}
        </CopyButton>
      </Stack>
    </Alert>
  )
}

interface HiddenSecretProps {
  /** Of what, for screen readers. */
  label: string
  value: string
  /** Called at the first look. */
  onShow?: () => void
}

/** Dots until somebody asks. */
export function HiddenSecret({ label, value, onShow }: HiddenSecretProps) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(false)
  const toggle = () => {
    if (!shown) onShow?.()
    setShown(!shown)
  }
  const verb = `${t(shown ? 'actions.hide' : 'actions.show')} · ${label}`
  return (
    <Group gap={4} wrap="nowrap" maw="100%">
      <Code className={classes.value ?? ''} {...(value.includes('\n') && shown ? { block: true } : {})}>
        {shown ? value : '••••••••••••'}
      </Code>
      <Tooltip label={verb}>
        <ActionIcon variant="subtle" color="gray" aria-label={verb} aria-pressed={shown} onClick={toggle}>
          {shown ? <IconEyeOff size={16} /> : <IconEye size={16} />}
        </ActionIcon>
      </Tooltip>
      <CopySign value={value} label={label} />
    </Group>
  )
}

/** @param label what is copied */
export function CopySign({ value, label }: { value: string; label: string }) {
  const { t } = useTranslation()
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={`${t(copied ? 'actions.copied' : 'actions.copy')} · ${label}`}>
          <ActionIcon
            variant="subtle"
            color={copied ? 'green' : 'gray'}
            aria-label={`${t(copied ? 'actions.copied' : 'actions.copy')} · ${label}`}
            onClick={copy}
          >
            {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  )
}
